import { afterPrefix } from '../../shared/core/key.ts';
import { shardPlaces } from '../../shared/platform/sweep.ts';
import type { TableName } from '../../shared/platform/resources.ts';
import { onePartition, wholeTable, type RowName, type ScanRange } from './scan.ts';

/**
 * A part of a table that is exported as one file. `groupOf` names the rows that change together: of each group the export has one
 * moment, whatever happens meanwhile.
 */
export type Unit = {
  name: string;
  table: TableName;
  ranges: ScanRange[];
  takes: (row: RowName) => boolean;
  groupOf: (row: RowName) => string;
  /** Rows that stay in the export although they were gone when the keys were read again. */
  keeps?: (row: RowName) => boolean;
};

const shards = shardPlaces('requests').map(({ pk }) => pk);
const isShard = new Set(shards);

const byPartition = ({ pk }: RowName): string => pk;
const byRow = ({ pk, rk }: RowName): string => `${pk} ${rk}`;

/** Rows of these partitions are written one by one; every other partition of the table is small, and taken at one moment. */
const loose = new Set(['customer', 'domain', 'ref', 'subscription']);

/** What waits for a reference of a portal, the index of references, and how many wait, change together. */
const ofRefs = /^(?:R\||W\||C\|waiting\|)/;
const ofEvent = /^[a-z2-7]+\.\d+$/;

/**
 * Rows of table `requests` by the request or the person that their key names. Wakes of events stand for themselves: while a part of the
 * desk is away they are replaced every few seconds, each time by a later key, which the first reading, in order of keys, finds. One
 * that is gone afterwards is kept: its effect is had once more, or for the first time. What events since the export began owe is owed
 * anew by the restore.
 */
function groupOfRequests({ rk }: RowName): string {
  if (ofRefs.test(rk)) return 'refs';
  const [kind, second = '', third = '', fourth = ''] = rk.split('|');
  if (kind === 'P') return third;
  if (kind !== 'O') return second;
  if (third === 'erasure') return fourth;
  return ofEvent.test(third) ? rk : 'refs';
}

const isWakeOfEvent = ({ rk }: RowName): boolean => rk.startsWith('O|') && ofEvent.test(rk.split('|')[2] ?? '');

/** Rows of a shard of table `escalations` by the request that the escalation's id begins with. */
const groupOfEscalations = ({ rk }: RowName): string => /\|([a-z2-7]{10,60})-/.exec(rk)?.[1] ?? rk;

/** A delivery and its wake by the event; pages, their notices and wakes are few and change together. */
function groupOfDeliveries({ rk }: RowName): string {
  const [kind, second = '', third = '', fourth = ''] = rk.split('|');
  if (kind === 'D') return `${second}|${third}`;
  return kind === 'O' && fourth !== '' ? `${fourth}|${third}` : 'pages';
}

const whole = (table: TableName, takes: Unit['takes'] = () => true): Unit => ({
  name: table,
  table,
  ranges: [wholeTable],
  takes,
  groupOf: (row) => (table === 'customers' && loose.has(row.pk) ? byRow(row) : byPartition(row)),
});

type Some = Pick<Unit, 'table' | 'groupOf'> & Partial<Pick<Unit, 'takes' | 'keeps'>> & { prefixes?: string[] };
const sharded = (suffix: string, { prefixes, takes = () => true, ...some }: Some): Unit[] =>
  shards.map((pk) => {
    const ranges = prefixes?.map((fromRk) => ({ ...onePartition(pk), fromRk, toRk: afterPrefix(fromRk) })) ?? [
      onePartition(pk),
    ];
    return { name: `${some.table}-${pk}${suffix}`, ranges, takes, ...some };
  });

const isMail = ({ pk }: RowName): boolean => pk.startsWith('mails') || pk.startsWith('case-mail');
const isRef = (row: RowName): boolean => groupOfRequests(row) === 'refs';

/** How far mailboxes are read stands before the mails, those before the cases that they were placed on. */
const escalations: Unit[][] = [
  [
    {
      name: 'escalations-mailboxes',
      table: 'escalations',
      ranges: [{ fromPk: 'case-mail', toPk: 'case-mail~' }],
      takes: () => true,
      groupOf: byPartition,
    },
  ],
  [
    {
      name: 'escalations-mails',
      table: 'escalations',
      ranges: [onePartition('mails')],
      takes: () => true,
      groupOf: byPartition,
    },
  ],
  sharded('', { table: 'escalations', groupOf: groupOfEscalations }),
  [
    {
      name: 'escalations-indexes',
      table: 'escalations',
      ranges: [{ fromPk: ':' }],
      takes: (row) => !isShard.has(row.pk) && !isMail(row),
      groupOf: byRow,
    },
  ],
];

const startsWith = (prefix: string): ScanRange => ({ fromPk: prefix, toPk: afterPrefix(prefix) });
const ofHealth = (name: string, prefixes: readonly string[]): Unit => ({
  ...whole('health'),
  name: `health-${name}`,
  ranges: prefixes.map(startsWith),
});
const incidents = ['incident|'];
const incidentLists = ['list', 'owed', 'seen'];
const isFeed = ({ pk }: RowName): boolean => ![...incidents, ...incidentLists].some((prefix) => pk.startsWith(prefix));

/**
 * A feed writes an incident before it remembers to have seen it, a customer is among the members of a feed before its row says so, and
 * an incident is marked as owing before it owes.
 */
const health: Unit[][] = [
  [{ ...whole('health', isFeed), name: 'health-feeds' }],
  [ofHealth('incidents', incidents)],
  [ofHealth('lists', incidentLists)],
];

/**
 * All that is exported, in stages. Of what is written one after the other, what is written last is read first: so whatever the export
 * has, it has what that goes back to. Versions that others name (of policies, rules, statements) are read last. Work flows from rows
 * that owe it to rows that show its effect: what owes is read first, so that what was no longer owed has its effect further on. What
 * flows backwards is owed anew by the restore (`mend`).
 * Not exported: `requestlists`, which follow from the heads; what is known of the last sweep and of a restore.
 */
export const stages: readonly Unit[][] = [
  [whole('portals')],
  [whole('customers')],
  ...health,
  ...escalations,
  sharded('-refs', {
    table: 'requests',
    groupOf: groupOfRequests,
    takes: isRef,
    prefixes: ['C|waiting|', 'O|', 'R|', 'W|'],
  }),
  sharded('', {
    table: 'requests',
    groupOf: groupOfRequests,
    takes: (row) => !isRef(row),
    keeps: isWakeOfEvent,
  }),
  sharded('', { table: 'deliveries', groupOf: groupOfDeliveries }),
  [
    {
      name: 'deliveries-lists',
      table: 'deliveries',
      ranges: [wholeTable],
      takes: ({ pk }) => !isShard.has(pk),
      groupOf: byRow,
    },
    whole('poison'),
  ],
  [whole('desk', ({ pk }) => pk !== 'sweep' && pk !== 'restore')],
];
