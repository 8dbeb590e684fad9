import { describe, expect, it } from 'vitest';
import { newVaultCertificate } from '../../local/microsoft/vault-certificates.ts';
import { aDesk, settingsOf } from '../support/a-desk.ts';

describe('GET /api/readyz', () => {
  it('tells when the certificate of a connection ends, or why it proves nothing, without being away for it', async () => {
    const settings = settingsOf({ CERTIFICATE_VAULT_URI: 'https://read.example' });
    settings.PARTNER_CONNECTIONS = settings.PARTNER_CONNECTIONS!.replace('"role"', '"certificate":"desk-login","role"');
    const desk = await aDesk({ settings });
    const answers: { status: number; json: object } = { status: 404, json: {} };
    const put = async (days: number) => {
      const { version, cer } = newVaultCertificate(desk.clock.now(), { days, registered: true });
      Object.assign(answers, { status: 200, json: { kid: `keys/desk-login/${version}`, cer, attributes: {} } });
      await desk.moved.advance(30_000);
    };
    desk.outside.others.answer = async () =>
      Promise.resolve({ status: answers.status, headers: {}, body: JSON.stringify(answers.json) });
    const certificates = async () => {
      const { status, json } = await desk.call('GET', '/api/readyz', { as: desk.tokens.reader });
      const { parts } = json as { parts: { name: string; detail: { certificates?: unknown } }[] };
      return { status, certificates: parts.find(({ name }) => name === 'microsoft')?.detail.certificates };
    };
    const named = { connectionId: 'contoso-emea', certificate: 'desk-login' };
    const trouble = 'the vault has no certificate named desk-login';
    expect(await certificates()).toEqual({ status: 200, certificates: [{ ...named, trouble }] });
    await put(40);
    expect(await certificates()).toMatchObject({ certificates: [{ ...named, daysLeft: 39 }] });
    await put(-1);
    const ended = expect.stringContaining('desk-login ended at') as string;
    expect(await certificates()).toMatchObject({ status: 200, certificates: [{ ...named, trouble: ended }] });
  });
});
