import * as z from 'zod';
import { rowKind } from '../platform/row.ts';
import type { TableOp, Tables } from '../platform/table.ts';

/** Where Microsoft says a service of a customer is administered. A person opens `url`: see {@link isMicrosoftAddress}. */
const portalLinkSchema = z.object({ name: z.string(), url: z.string() });
export type PortalLink = z.output<typeof portalLinkSchema>;

/** Microsoft's own list of one customer. One exchange; throws `SourceFailure`. */
export type PortalLinksSource = (connectionId: string, tenantId: string) => Promise<PortalLink[]>;

/** A row of its own: the customer's is read for every intake, and these are for one page alone. `readAt` is an ISO text. */
const portalLinksRow = rowKind(z.object({ readAt: z.string(), links: z.array(portalLinkSchema) }));
const portalLinksPartition = 'links';

/** What a list may hold, so that a row of it fits into storage. */
const linksMax = 30;
const nameCharacters = 100;
const urlCharacters = 500;

/** Of Microsoft's items those that can be kept. */
export const keptLinks = (links: readonly PortalLink[]): PortalLink[] =>
  links.filter(({ name, url }) => name.length <= nameCharacters && url.length <= urlCharacters).slice(0, linksMax);

export const portalLinksOp = (customerId: string, readAt: string, links: PortalLink[]): TableOp => ({
  kind: 'upsert',
  rk: customerId,
  columns: portalLinksRow.toColumns({ readAt, links }),
});

export type PortalLinksStore = {
  /** Empty where none were ever read. */
  of(customerId: string): Promise<PortalLink[]>;
  /** Up to 100 customers at once. */
  write(ops: TableOp[]): Promise<void>;
};

export function createPortalLinks({ tables }: { tables: Tables<'customers'> }): PortalLinksStore {
  const table = tables('customers');
  return {
    of: async (customerId) => {
      const row = await table.get(portalLinksPartition, customerId);
      return row ? portalLinksRow.fromRow(row).links : [];
    },
    write: async (ops) => {
      if (ops.length > 0) await table.transact(portalLinksPartition, ops);
    },
  };
}

/**
 * Hosts of Microsoft's portals: whole names, and endings that begin with a dot or a hyphen. Wide endings under which customers
 * have machines or pages of their own (`azure.com`, `sharepoint.com`, `dynamics.com`) are left out on purpose.
 */
const portalHosts: readonly string[] = [
  '.microsoft.com',
  '.cloud.microsoft',
  '.office.com',
  '.office365.com',
  'portal.azure.com',
  'app.azure.com',
  'app.powerbi.com',
  'businesscentral.dynamics.com',
  '-admin.sharepoint.com',
  '.microsoft.us',
  '.office365.us',
  'portal.azure.us',
  'app.powerbigov.us',
  '-admin.sharepoint.us',
  '.microsoftonline.cn',
  'portal.azure.cn',
  '-admin.sharepoint.cn',
];

/** Whether a person may be sent there: by https, without credentials or a port, to a portal of Microsoft's. */
export function isMicrosoftAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, port, username, password } = new URL(text);
  if (protocol !== 'https:' || port !== '' || username !== '' || password !== '') return false;
  return portalHosts.some((host) => (/^[.-]/.test(host) ? hostname.endsWith(host) : hostname === host));
}
