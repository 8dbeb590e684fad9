import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readConfig, settingNames } from '../../shared/platform/config.ts';
import { aLeaf, anIssuing, aRoot, pem } from '../customers/a-partner-center.ts';

const example = (JSON.parse(readFileSync('local.settings.example.json', 'utf8')) as { Values: Record<string, string> })
  .Values;
const without = (...names: string[]) =>
  Object.fromEntries(Object.entries(example).filter(([name]) => !names.includes(name)));
const wrongOf = (settings: Record<string, string>) => {
  const result = readConfig(settings);
  return result.ok ? [] : result.wrong;
};

describe('settings', () => {
  it('of the example file are complete and right', () => {
    expect(wrongOf(example)).toEqual([]);
    expect(settingNames.filter((name) => !(name in example))).toEqual([]);
  });

  it('have sane defaults', () => {
    const result = readConfig(without('MICROSOFT_CLOUD', 'CASE_SYNC_MINUTES', 'HEALTH_POLL_MINUTES'));
    expect(result.ok && result.config).toMatchObject({
      MICROSOFT_CLOUD: 'global',
      CASE_SYNC_MINUTES: 5,
      HEALTH_POLL_MINUTES: 5,
    });
  });

  it('that are missing are all named at once', () => {
    const wrong = wrongOf(without('PARTNER_CONNECTIONS', 'DESK_API_AUDIENCE', 'KEY_VAULT_URI', 'SWEEP_SCHEDULE')).join(
      '\n',
    );
    for (const name of ['PARTNER_CONNECTIONS', 'DESK_API_AUDIENCE', 'KEY_VAULT_URI', 'SWEEP_SCHEDULE'])
      expect(wrong).toContain(name);
    expect(wrongOf(without('STORAGE', 'SERVICE_BUS')).join('\n')).toMatch(/STORAGE[\s\S]*SERVICE_BUS/);
  });

  it('take a certificate of a connection, and name the vault for it where that is not set', () => {
    const connection = (JSON.parse(example.PARTNER_CONNECTIONS ?? '') as object[])[0];
    const named = { ...example, PARTNER_CONNECTIONS: JSON.stringify([{ ...connection, certificate: 'desk-login' }]) };
    expect(wrongOf({ ...named, CERTIFICATE_VAULT_URI: 'https://read.vault.azure.net' })).toEqual([]);
    expect(wrongOf(named).join()).toMatch(/^CERTIFICATE_VAULT_URI: set it/);
  });

  it('refuse Microsoft Cloud Germany, saying that it closed', () => {
    expect(wrongOf({ ...example, MICROSOFT_CLOUD: 'germany' }).join()).toContain('closed in 2021');
  });

  it('take authorities in PEM with their line ends written out, and an address with a slash at its end', () => {
    const roots = pem(aRoot(), anIssuing());
    const result = readConfig({
      ...example,
      PARTNER_CENTER_WEBHOOK_ROOTS: roots.replaceAll('\n', '\\n'),
      DESK_PUBLIC_URL: 'https://desk.example/',
    });
    const expected = { PARTNER_CENTER_WEBHOOK_ROOTS: roots, DESK_PUBLIC_URL: 'https://desk.example' };
    expect(result.ok && result.config).toMatchObject(expected);
  });

  it.each([
    ['MICROSOFT_CLOUD', 'mars-secret'],
    ['PARTNER_CONNECTIONS', 'secret{'],
    ['PARTNER_CONNECTIONS', '[{"id":"x","tenantId":"secret"}]'],
    [
      'PARTNER_CONNECTIONS',
      (example.PARTNER_CONNECTIONS ?? '').replace('"role":"direct"', '"role":"direct","certificate":"../secret"'),
    ],
    ['DESK_API_TENANTS', 'secret'],
    ['HEALTH_POLL_MINUTES', 'secret'],
    ['DESK_PUBLIC_URL', 'secret'],
    ['DESK_PUBLIC_URL', 'ftp://secret.example'],
    ['DESK_PUBLIC_URL', 'https://desk.example/?code=secret'],
    ['PARTNER_CENTER_WEBHOOK_ROOTS', 'secret'],
    ['PARTNER_CENTER_WEBHOOK_ROOTS', '-----BEGIN CERTIFICATE-----secret-----END CERTIFICATE-----'],
    ['PARTNER_CENTER_WEBHOOK_ROOTS', pem(aRoot(), aLeaf())],
    ['PARTNER_CENTER_WEBHOOK_CERTIFICATES', 'https://secret.example/cert/a.cer'],
  ])('name %s when it is wrong, without its value', (name, value) => {
    const wrong = wrongOf({ ...example, [name]: value }).join('\n');
    expect(wrong).toContain(name);
    expect(wrong).not.toContain('secret');
  });
});
