import type { Head } from '../../shared/requests/request-event.ts';
import type { Clients } from './clients.ts';
import type { Host } from './host.ts';
import type { Called } from './instance.ts';
import { portalIds } from './portal-endpoint.ts';
import type { World } from './world.ts';

/** Asks the desk itself, once all is quiet: every list shows each request once, and every key still has its first answer. */
export async function wrongAnswersAfterwards(
  world: World,
  host: Host,
  { clients, heads }: { clients: Clients; heads: readonly Head[] },
): Promise<string[]> {
  const wrong: string[] = [];
  const asking = [listsOf(world, host, { heads, wrong }), repeat(world, host, { clients, wrong })];
  const over = { done: 0 };
  for (const one of asking) void one.then(() => over.done++);
  for (let second = 0; second < 30 && over.done < asking.length; second++) await host.run(1_000);
  return over.done === asking.length ? wrong : [...wrong, 'the desk does not answer'];
}

/** One list of each portal: all that is its own, or what of it is new. */
async function listsOf(
  { sim }: World,
  host: Host,
  { heads, wrong }: { heads: readonly Head[]; wrong: string[] },
): Promise<void> {
  for (const portal of portalIds) {
    const state = sim.random() < 0.5 ? 'new' : undefined;
    const own = heads.filter((head) => head.portalId === portal && (state === undefined || head.state === state));
    const wanted = own.map(({ id }) => id).sort();
    const shown = wanted.length === 0 ? [] : (await listed(host, portal, state)).sort();
    if (JSON.stringify(shown) === JSON.stringify(wanted)) continue;
    wrong.push(`the list of ${portal} ${state ?? ''} shows ${shown.join(' ')} instead of ${wanted.join(' ')}`);
  }
}

/** All pages of two. */
async function listed(host: Host, portal: string, state: string | undefined): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const query = { limit: '2', ...(state && { state }), ...(cursor !== undefined && { cursor }) };
    const answer = await host.call({ route: 'listRequests', headers: { authorization: `Bearer ${portal}` }, query });
    const page = JSON.parse(answer.text) as { items: { id: string }[]; nextCursor?: string };
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return ids;
}

/** One of the keys that were answered: its answer is still the first. */
async function repeat(
  { sim, memory, sent }: World,
  host: Host,
  { clients, wrong }: { clients: Clients; wrong: string[] },
): Promise<void> {
  const answered = clients.wishes.filter(({ key, taken }) => key !== undefined && taken.length > 0);
  const wish = answered[Math.floor(sim.random() * answered.length)];
  const [first] = wish?.taken ?? [];
  if (!wish || !first) return;
  const effects = () => memory.of('requests').counts.written + sent.length;
  const before = effects();
  const headers = { authorization: `Bearer ${wish.portal}`, 'idempotency-key': wish.key ?? '' };
  const again = await host.call({ route: 'submitRequest', headers, body: wish.body });
  if (!isReplay(again, first)) wrong.push(`${wish.title} is not answered as at first: ${String(again.status)}`);
  if (effects() !== before) wrong.push('a repeat had an effect');
}

const isReplay = (again: Called, first: Called): boolean =>
  again.status === 200 && again.headers.get('idempotent-replayed') === 'true' && again.text === first.text;
