import { systemRandom } from '../shared/core/ids.ts';
import { rebuildLists } from '../shared/requests/rebuild-lists.ts';
import { commandScope, messageOf, noBus, openStorage, placeOf, say } from './backup/open-storage.ts';
import { optionsOf } from './command/options.ts';

const usage = `npm run rebuild-lists [-- --storage CONNECTION_STRING | --tables URL]
  Makes anew what follows from requests: their lists, the index of external references, and whose requests are whose (for erasures).
  The desk may work meanwhile; nobody is told anything. May be stopped and called again.
  --tables https://ACCOUNT.table.core.windows.net  as whoever the Azure CLI is signed in (Storage Table Data Contributor)
  Without either: the local world that runs.`;

const found = await placeOf(optionsOf(usage, { storage: { type: 'string' }, tables: { type: 'string' } }));
if (found === undefined) {
  console.error(usage);
  process.exit(2);
}
try {
  const { tables } = await openStorage(found.place);
  const deps = { tables, clock: found.clock, random: systemRandom, bus: noBus };
  const count = await rebuildLists(deps, commandScope, (requests) => {
    say(`${String(requests)} requests`);
  });
  console.log(`The lists of ${String(count)} requests are as the requests say.`);
} catch (error) {
  console.error(messageOf(error));
  console.error('Call it again: it begins anew.');
  process.exit(1);
}
