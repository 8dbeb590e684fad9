import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { toIso } from '../shared/core/clock.ts';
import { systemIds } from '../shared/core/ids.ts';
import { exportDesk } from './backup/export.ts';
import { folderShelf } from './backup/files.ts';
import { messageOf, openStorage, placeOf, say } from './backup/open-storage.ts';
import { optionsOf } from './command/options.ts';

const usage = `npm run backup [-- --storage CONNECTION_STRING | --tables URL] [--to FOLDER]
  Exports what the desk must not lose into a new folder (backup-<time> by default), while the desk works.
  --tables https://ACCOUNT.table.core.windows.net  as whoever the Azure CLI is signed in (Storage Table Data Reader is enough)
  Without either: the local world that runs.
  The export holds personal data and no secret: its files are for their owner alone; keep it as long as you may, and no longer.
  Progress comes on standard error. Stopped, it leaves a folder that no restore takes: delete it and begin anew.`;

const values = optionsOf(usage, { storage: { type: 'string' }, tables: { type: 'string' }, to: { type: 'string' } });
const found = await placeOf(values);
if (found === undefined) {
  console.error(usage);
  process.exit(2);
}
const { place, clock } = found;
const folder = resolve(values.to ?? `backup-${toIso(clock.now()).replaceAll(/[:.]/g, '-')}`);
let isMade = false;
try {
  const { scan } = await openStorage(place);
  await mkdir(folder, { mode: 0o700 });
  isMade = true;
  const manifest = await exportDesk({ scan, clock, say }, folderShelf(folder), systemIds.newId());
  const rows = Object.values(manifest.rows).reduce((sum, count) => sum + count, 0);
  console.log(`${folder}: ${String(rows)} rows in ${String(manifest.files.length)} files.`);
  console.log(`What was accepted before ${manifest.beganAt} is in it.`);
  console.log(`Its rows lead to ${String(manifest.secrets.length)} secrets of the vault, which manifest.json names.`);
} catch (error) {
  const isThere = !isMade && (error as { code?: string }).code === 'EEXIST';
  console.error(isThere ? `${folder} is there already, and stays as it is: name a new folder.` : messageOf(error));
  if (isMade) console.error(`${folder} is no backup: it has no manifest. Delete it, and begin anew.`);
  // What else is being read is of no use any more.
  process.exit(1);
}
