import { describe, expect, it } from 'vitest';
import { followRequest } from '../../shared/escalations/follow-request.ts';
import { aFiledCase } from './a-filed-case.ts';
import { requestId, ticketName } from './an-azure-case.ts';
import { anAzureRequest, subscription } from './builders.ts';

const minute = 60_000;

describe('a case whose request changes', () => {
  const change = async (desk: Awaited<ReturnType<typeof aFiledCase>>, more: Parameters<typeof anAzureRequest>[0]) => {
    desk.requests.set(requestId, anAzureRequest(more));
    await followRequest(desk.deps, requestId, desk.log.scope);
    await desk.drain();
  };

  it('gets the severity that a person gives the request, once', async () => {
    const desk = await aFiledCase();
    await change(desk, { severity: 'critical' });
    await change(desk, { severity: 'critical' });
    expect(desk.microsoft.tickets.get(ticketName)?.properties.severity).toBe('critical');
    expect(desk.microsoft.count('patch')).toBe(1);
    expect(await desk.events('wrote-microsoft')).toHaveLength(1);
  });

  it('is asked for another severity in words while an engineer works on it', async () => {
    const desk = await aFiledCase();
    desk.letters.state.isLocked = true;
    await change(desk, { severity: 'critical' });
    expect(desk.microsoft.tickets.get(ticketName)?.properties.severity).toBe('moderate');
    expect(desk.letters.all).toMatchObject([{ body: expect.stringContaining('to A (critical)') as string, puts: 1 }]);
    expect(await desk.events('wrote-microsoft')).toHaveLength(1);
    expect((await desk.read()).toCarry).toBeUndefined();
  });

  it('is closed at Microsoft once every request of it is closed, and not before', async () => {
    const desk = await aFiledCase();
    await change(desk, { state: 'resolved' });
    expect(desk.microsoft.tickets.get(ticketName)?.status).toBe('Open');
    await change(desk, { state: 'closed' });
    await change(desk, { state: 'closed' });
    expect(desk.microsoft.tickets.get(ticketName)?.status).toBe('Closed');
    expect(desk.microsoft.count('patch')).toBe(1);
  });

  it('is called in the customer’s subscription alone', async () => {
    const desk = await aFiledCase();
    await desk.write();
    await change(desk, { severity: 'critical' });
    await change(desk, { state: 'closed' });
    await desk.pass(10 * minute);
    const [catalogue, own] = ['/providers/Microsoft.Support/services', `/subscriptions/${subscription}/`];
    const paths = desk.microsoft.urls.map((url) => new URL(url).pathname);
    expect(paths.filter((path) => !path.startsWith(catalogue) && !path.startsWith(own))).toEqual([]);
    expect(paths.filter((path) => path.startsWith(own)).length).toBeGreaterThan(4);
  });
});
