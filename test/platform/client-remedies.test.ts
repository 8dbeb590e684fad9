import { describe, expect, it } from 'vitest';
import { remedyOf } from '../../shared/platform/client-remedies.ts';
import { TokenFailure } from '../../shared/platform/tokens.ts';

const connection = { id: 'emea', tenantId: 'home', clientId: 'client-1', certificate: 'desk-login' };
const identity = { issuer: 'https://issuer.example/v2.0', subject: 'object-1', audience: 'api://exchange' };

describe('what mends an application that gets no token', () => {
  it('is told with the words that go into the federated credential', () => {
    const refused = new TokenFailure('client-refused', 'refused', { code: 'AADSTS700213' });
    expect(remedyOf(refused, connection, identity)).toContain(
      'issuer https://issuer.example/v2.0, subject object-1 and audience api://exchange',
    );
    expect(remedyOf(refused, connection, undefined)).toContain('its object id as subject');
  });

  it.each([
    ['client-refused', 'AADSTS70021', 'in one tenant'],
    ['client-refused', 'AADSTS700027', 'public part of certificate desk-login'],
    ['client-refused', 'AADSTS700024', 'clock'],
    ['client-refused', undefined, 'desk-login in the vault of CERTIFICATE_VAULT_URI'],
    ['app-missing', 'AADSTS700016', 'az ad sp create --id client-1'],
    ['app-missing', 'AADSTS500011', 'MICROSOFT_CLOUD'],
    ['tenant-unknown', 'AADSTS90002', 'tenantId of connection emea'],
    ['away', undefined, 'network'],
    ['throttled', undefined, 'later'],
    ['invalid-grant', 'AADSTS53003', 'Conditional Access'],
  ] as const)('after %s %s is what it says', (reason, code, words) => {
    expect(remedyOf(new TokenFailure(reason, 'no', { ...(code && { code }) }), connection, identity)).toContain(words);
  });

  it('is nothing where only the code tells', () => {
    const failure = new TokenFailure('invalid-grant', 'no', { code: 'AADSTS99999' });
    expect(remedyOf(failure, connection, identity)).toBeUndefined();
  });
});
