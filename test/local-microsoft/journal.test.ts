import { fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openJournal } from '../../local/journal.ts';
import { customers, partner } from '../../local/microsoft/seed-world.ts';
import { graph, runningMicrosoft } from './running-microsoft.ts';

const customer = customers[0]!;
const incident = { id: 'EX77', service: 'Exchange Online', classification: 'incident', status: 'investigating' };

async function aFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'microsoft-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, 'journal.jsonl');
}

describe('a journal', () => {
  it('keeps what was appended, in order, also when appended at once', async () => {
    const file = await aFile();
    const journal = await openJournal<number>(file);
    await Promise.all(Array.from({ length: 50 }, (_, index) => journal.append(index)));
    await journal.close();
    const again = await openJournal<number>(file);
    await again.close();
    expect(again.entries).toEqual(Array.from({ length: 50 }, (_, index) => index));
  });

  it('drops a torn last line and goes on after it', async () => {
    const file = await aFile();
    await writeFile(file, '1\n2\n{"to');
    const journal = await openJournal<number>(file);
    await journal.append(3);
    await journal.close();
    expect(await readFile(file, 'utf8')).toBe('1\n2\n3\n');
  });

  it('refuses to start with a damaged line in the middle', async () => {
    const file = await aFile();
    await writeFile(file, '1\noops\n3\n');
    await expect(openJournal(file)).rejects.toThrow(/damaged at line 2/);
  });
});

describe('a Microsoft that is started again', () => {
  it('knows consents, incidents, rotated tokens and its signing key', async () => {
    const file = await aFile();
    const first = await runningMicrosoft({ journal: file });
    const rotated = await first.tokenCall(partner.tenantId, {
      grant_type: 'refresh_token',
      refresh_token: partner.refreshToken,
      scope: `${graph}/.default`,
    });
    await first.control({
      scenario: {
        consent: { tenantId: customers[1]!.tenantId, granted: false },
        incident: { ...incident, customers: [customer.tenantId] },
      },
    });
    const keys = await first.call(`/entra/${customer.tenantId}/discovery/v2.0/keys`);
    await first.stop();
    await appendFile(file, '{"at":17');

    const second = await runningMicrosoft({ journal: file }, '2026-11-24T09:05:00Z');
    const exchanged = await second.tokenCall(partner.tenantId, {
      grant_type: 'refresh_token',
      refresh_token: rotated.textAt('refresh_token'),
      scope: `${graph}/.default`,
    });
    const consent = await second.tokenCall(customers[1]!.tenantId, {
      grant_type: 'client_credentials',
      scope: `${graph}/.default`,
    });
    const issues = await second.call('/graph/v1.0/admin/serviceAnnouncement/issues?$filter=isResolved eq false', {
      headers: await second.bearer(customer.tenantId, graph),
    });

    expect(exchanged.status).toBe(200);
    expect(consent.at('error_codes')).toEqual([7000229]);
    expect(issues.at('value/*/id')).toEqual(['EX77', 'EX1240118']);
    expect((await second.call(`/entra/${customer.tenantId}/discovery/v2.0/keys`)).body).toEqual(keys.body);
  });

  it('begins another incident for another world once the first is over, and only then', async () => {
    const file = await aFile();
    const openIncidents = async (worldId: string, startAt: string) => {
      const microsoft = await runningMicrosoft({ journal: file, worldId }, startAt);
      const answer = await microsoft.call('/graph/v1.0/admin/serviceAnnouncement/issues?$filter=isResolved eq false', {
        headers: await microsoft.bearer(customer.tenantId, graph),
      });
      await microsoft.stop();
      return answer.at('value/*/id');
    };
    expect(await openIncidents('one', '2026-11-24T09:00:00Z')).toEqual(['EX1240118']);
    expect(await openIncidents('two', '2026-11-24T09:30:00Z')).toEqual(['EX1240118']);
    expect(await openIncidents('two', '2026-11-25T09:00:00Z')).toEqual([]);
    expect(await openIncidents('three', '2026-11-25T09:00:00Z')).toEqual(['EX1240119']);
  });

  it('has lost nothing that it answered before it was killed', async () => {
    const journal = await aFile();
    const main = join(import.meta.dirname, '../../local/microsoft/main.ts');
    const started = async () => {
      const child = fork(main, { stdio: 'ignore' });
      child.send({ type: 'start', options: { port: 0, journal }, offsetMs: 0 });
      const [message] = (await once(child, 'message')) as [{ settings: Record<string, string> }];
      return { child, controlUrl: message.settings.GRAPH_BASE_URL!.replace('/graph', '/_control') };
    };
    const first = await started();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        fetch(first.controlUrl, {
          method: 'POST',
          body: JSON.stringify({ scenario: { mail: { raw: `mail ${String(index)}` } } }),
        }),
      ),
    );
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    const second = await started();
    const { mails } = (await (await fetch(second.controlUrl)).json()) as { mails: { raw: string }[] };
    second.child.kill('SIGTERM');
    await once(second.child, 'exit');

    expect(answers.every((answer) => answer.status === 204)).toBe(true);
    expect(mails.map((mail) => mail.raw).sort()).toEqual(
      Array.from({ length: 20 }, (_, index) => `mail ${String(index)}`).sort(),
    );
  });
});
