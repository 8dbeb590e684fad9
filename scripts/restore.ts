import { resolve } from 'node:path';
import { systemRandom } from '../shared/core/ids.ts';
import { rebuildLists } from '../shared/requests/rebuild-lists.ts';
import { folderShelf } from './backup/files.ts';
import { commandScope, messageOf, noBus, openStorage, placeOf, say } from './backup/open-storage.ts';
import { optionsOf } from './command/options.ts';
import { NotEmpty, restoreDesk } from './backup/restore.ts';

const usage = `npm run restore -- --from FOLDER [--storage CONNECTION_STRING | --tables URL] [--lost CONNECTION_STRING_OR_URL]
  Writes a backup into empty tables: those of a new storage account, or ones that you have emptied. Stop the desk first.
  --tables https://ACCOUNT.table.core.windows.net  as whoever the Azure CLI is signed in (Storage Table Data Contributor)
  --lost   the tables that were lost, where they can still be read: erasures that are newer than the export are carried over
  Without --storage and --tables: the local world that runs.
  Nothing is written before every file was found whole. May be stopped and called again with the same backup.
  Filing is held afterwards, until an administrator releases it: see "Back up and restore" in docs/operating.md.`;

const values = optionsOf(usage, {
  from: { type: 'string' },
  storage: { type: 'string' },
  tables: { type: 'string' },
  lost: { type: 'string' },
});
const found = values.from === undefined ? undefined : await placeOf(values);
if (found === undefined || values.from === undefined) {
  console.error(usage);
  process.exit(2);
}
const { place, clock } = found;
const { lost } = values;
try {
  const { scan, tables, makeTables } = await openStorage(place);
  const lostTables =
    lost === undefined ? undefined : await openStorage(lost.startsWith('http') ? { tables: lost } : { storage: lost });
  const rebuilding = { tables, clock, random: systemRandom, bus: noBus };
  const { manifest, desk, rows, erasures } = await restoreDesk(
    {
      ...{ scan, tables, makeTables, clock, say, scope: commandScope },
      ...(lostTables && { lost: lostTables.scan }),
      rebuild: async () =>
        rebuildLists(rebuilding, commandScope, (count) => {
          say(`lists of ${String(count)} requests`);
        }),
    },
    folderShelf(resolve(values.from)),
  );
  const written = Object.values(rows).reduce((sum, count) => sum + count, 0);
  console.log(`
Restored ${String(written)} rows of backup ${manifest.id}.

LOST is what was accepted, changed or erased between ${manifest.beganAt} and the end of the old tables.
  Portals that send again under the same Idempotency-Key or webhook-id bring it in again, under the same id.
  ${erasuresText(lost !== undefined, erasures)}

HELD is filing, since ${desk.restoredAt}: nothing goes to Microsoft, and nobody may claim.
  Start the desk. It looks at Microsoft for every case that it files itself; GET api/operations/restore says which are in doubt.
  Cases that people file are looked for by people. Then POST api/operations/restore/release {"reason":"…"} lets filing go on.

The vault must hold ${String(manifest.secrets.length)} secrets that the rows lead to; manifest.json names them.`);
} catch (error) {
  console.error(messageOf(error));
  if (!(error instanceof NotEmpty))
    console.error('Nothing more is written. Once that is mended, the same command goes on.');
  // What else is being written is written by the next call.
  process.exit(1);
}

function erasuresText(hasLost: boolean, erasures: string[]): string {
  if (!hasLost) {
    return 'Erasures since then must be asked for again (DELETE api/contacts/{id}): --lost was not given, so none was carried over.';
  }
  return `${String(erasures.length)} erasures were carried over, and are gone through again: ${erasures.join(', ') || 'none'}.`;
}
