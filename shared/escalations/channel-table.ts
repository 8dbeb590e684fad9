import type { CaseFollower } from './case-follower.ts';
import type { EscalationRow, EscalationState } from './escalation.ts';
import type { FilingChannel, FilingJob } from './filing-channel.ts';
import type { Channel, FiledChannel } from './vehicle.ts';

/** Ways to read and write on cases: each is one adapter of `CaseFollower`. */
export type Followers = { azure: CaseFollower; partnerCenter?: CaseFollower | undefined };

type ChannelRow = {
  /** Where an escalation by this channel begins, and where it goes on when it is driven again. */
  begins: Extract<EscalationState, 'intended' | 'awaiting-filing'>;
  /** By which a case of this channel is read and written on, where there is such an adapter. */
  follower: keyof Followers;
  /** Which cases of the channel that adapter gives; all of them where this is absent. */
  gives?: (row: Pick<EscalationRow, 'product' | 'caseNumber'>) => boolean;
};

/** Cases of Partner Center have 14 or 15 digits, all others 16. */
const isServiceRequest: ChannelRow['gives'] = ({ product, caseNumber }) =>
  product === 'partner-center' || (caseNumber?.length ?? 16) < 16;

/** All that the desk knows of a channel. A new one is a row here, and an adapter in `filingBy` (and among the followers). */
export const channelTable = {
  'azure-support': { begins: 'intended', follower: 'azure' },
  assisted: { begins: 'awaiting-filing', follower: 'partnerCenter', gives: isServiceRequest },
} as const satisfies Record<Channel, ChannelRow>;

export const isFiledByDesk = (channel: Channel): channel is FiledChannel => channelTable[channel].begins === 'intended';

/** One channel out of all: each job goes to the adapter that it names. */
export function filingBy(channels: Record<FiledChannel, FilingChannel>): FilingChannel {
  const of = ({ channel }: FilingJob): FilingChannel => channels[channel];
  return {
    prepare: async (job, packet) => of(job).prepare(job, packet),
    find: async (job) => of(job).find(job),
    progress: async (job, operation) => of(job).progress(job, operation),
  };
}

/** Undefined where no interface gives the case: it is followed by mails and by people, and written on by people. */
export function followerOf({ followers }: { followers: Followers }, row: EscalationRow): CaseFollower | undefined {
  const { follower, gives }: ChannelRow = channelTable[row.channel];
  return gives?.(row) === false ? undefined : followers[follower];
}
