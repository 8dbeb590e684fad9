import { describe, expect, it } from 'vitest';
import { headKey, partitionOf } from '../../shared/requests/request-rows.ts';
import type { RequestAnswer } from '../../shared/requests/request-answer.ts';
import { amend, move, read, say } from './calls.ts';
import { anOpenDesk, type Desk } from './desk.ts';

/** Members of a head that the version before does not know, as its columns. */
const unknownBefore = [
  ...['saidPriority', 'newsAt', 'erasedAt'],
  ...['priority_json', 'impact_json', 'children_json', 'entered_json', 'told_json', 'heard_json'],
];

/** As after an event that an instance of the version before has appended: it writes of the head what it knows. */
function writtenByTheVersionBefore(desk: Desk, id: string): void {
  const row = desk.of('requests').partitions.get(partitionOf(id))?.get(headKey(id));
  for (const name of unknownBefore) delete row?.columns[name];
}

const now = async (desk: Desk, id: string) => (await read(desk, id)).body as RequestAnswer;

describe('a request that the version before has changed while this one was rolled out', () => {
  it('has its priority and its children again with the next event', async () => {
    const desk = await anOpenDesk();
    const [{ id }, { id: child }] = [await desk.submit(), await desk.submit()];
    await amend(desk, id, { body: { priority: 'p1' }, seen: '*' });
    await amend(desk, child, { body: { parent: id }, seen: '*' });
    await desk.settle();
    const before = await now(desk, id);
    expect(before).toMatchObject({ priority: 'p1', children: [child] });
    writtenByTheVersionBefore(desk, id);
    expect((await say(desk, id, { text: 'Looking.', audience: 'internal' })).status).toBe(201);
    expect(await now(desk, id)).toEqual({ ...before, version: before.version + 1 });
  });

  it('takes its children along when it is solved', async () => {
    const desk = await anOpenDesk();
    const [{ id }, { id: child }] = [await desk.submit(), await desk.submit()];
    await amend(desk, child, { body: { parent: id }, seen: '*' });
    await desk.settle();
    for (const to of ['acknowledged', 'in-progress', 'resolved']) await move(desk, id, { to, seen: '*' });
    writtenByTheVersionBefore(desk, id);
    await desk.settle();
    expect(await now(desk, child)).toMatchObject({ state: 'resolved' });
  });
});
