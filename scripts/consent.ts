import { spawn } from 'node:child_process';
import { callDesk, whyNot } from '../local/call-desk.ts';
import type { PartnerConsent } from '../shared/platform/partner-consent-contracts.ts';
import type { AskedConsent } from '../shared/platform/start-consent.ts';
import { deskAndToken } from './command/desk.ts';
import { optionsOf } from './command/options.ts';

const usage = `npm run consent [-- --desk URL] [--connection ID] [--no-browser]
  Signs the partner's integration account in, with multifactor authentication, so that the desk may act for it (Secure
  Application Model). Opens a browser; the desk does the exchange, keeps the refresh token in its vault and reads once at Partner Center.
  The desk is --desk, DESK_BASE_URL, or the local world that runs; the token of a Desk.Admin is read from DESK_TOKEN.
  Ends with 0 where the account has signed in, with 1 where it has not. After a failure, and when a grant has died: the same again.`;

const values = optionsOf(usage, {
  desk: { type: 'string' },
  connection: { type: 'string' },
  'no-browser': { type: 'boolean', default: false },
});
const { desk, token } = await deskAndToken(usage, values.desk);

const asked = await begin(desk, token);
console.log(`Sign in as the integration account, until ${asked.expiresAt}:\n\n${asked.url}\n`);
if (!values['no-browser']) openBrowser(asked.url);
const end = await ended(desk, token, asked.id);
print(end);
process.exitCode = end.state === 'done' ? 0 : 1;

async function begin(baseUrl: string, bearer: string): Promise<AskedConsent> {
  const body = values.connection === undefined ? {} : { connectionId: values.connection };
  const { status, json } = await callDesk(baseUrl, 'api/partner-consents', { token: bearer, body }).catch(
    (error: unknown) => {
      console.error(`${baseUrl} gives no answer of a desk: ${whyNot(error)}`);
      return process.exit(1);
    },
  );
  if (status === 201) return json as AskedConsent;
  const errors = json.errors === undefined ? '' : ` ${JSON.stringify(json.errors)}`;
  console.error(`The desk answered ${String(status)}: ${String(json.detail ?? json.title)}${errors}`);
  return process.exit(1);
}

/** Where there is no browser, the address on the screen is the way. Windows would run a file as gladly as it opens a page. */
function openBrowser(url: string): void {
  if (!/^https?:\/\//i.test(url)) return;
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', url]
        : ['xdg-open', url];
  const browser = spawn(command, args, { stdio: 'ignore', detached: true });
  browser.on('error', () => {
    console.error('No browser could be opened here: open the address by hand.');
  });
  browser.unref();
}

/** By this machine's clock: the desk says itself when the time is over, and this is longer. */
async function ended(baseUrl: string, bearer: string, id: string): Promise<PartnerConsent> {
  const giveUpAt = performance.now() + 15 * 60_000;
  for (let last = ''; performance.now() < giveUpAt; await new Promise((resolve) => setTimeout(resolve, 1_000))) {
    const standing = await standingOf(baseUrl, bearer, id);
    if (standing === undefined) continue;
    if (standing.state !== 'waiting' && standing.state !== 'exchanging') return standing;
    if (standing.said !== last) console.error((last = standing.said));
  }
  console.error('The desk does not say how it ended: look at grants of GET /api/readyz.');
  return process.exit(1);
}

/** A desk that does not answer now is asked again: the sign-in does not wait for this command. */
async function standingOf(baseUrl: string, bearer: string, id: string): Promise<PartnerConsent | undefined> {
  try {
    const { status, json } = await callDesk(baseUrl, `api/partner-consents/${id}`, { token: bearer });
    if (status === 200) return json as PartnerConsent;
    if (status < 500 && status !== 429) {
      console.error(`The desk answered ${String(status)}: ${String(json.detail ?? json.title)}`);
      process.exit(1);
    }
  } catch {
    // Said below, in a moment, if it stays so.
  }
  return undefined;
}

function print({ connectionId, tenantId, state, said, code, account, mfa, read, grantEndsAt }: PartnerConsent): void {
  console.log(state === 'done' ? said : `Not signed in (${code ?? state}): ${said}`);
  if (state !== 'done') return;
  const sayings: Record<string, string> = {
    proven: 'yes, says Partner Center',
    untold: 'not told by Partner Center; npm run doctor asks again',
  };
  const reads: Record<string, string> = {
    proven: 'it answers',
    refused: `refused (${code ?? ''}): the account belongs into AdminAgents`,
    unproven: `no answer now (${code ?? ''}); npm run doctor asks again`,
  };
  console.log(`  connection   ${connectionId}, tenant ${tenantId}`);
  console.log(`  account      ${account ?? 'not told'}`);
  console.log(`  multifactor  ${sayings[mfa ?? ''] ?? 'not told'}`);
  console.log(`  a read       ${reads[read ?? ''] ?? 'not told'}`);
  console.log(`  ends         ${grantEndsAt ?? ''}, unless renewed, which the desk does once a day`);
}
