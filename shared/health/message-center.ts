import type { ReadTenant } from './service-health.ts';

/** A post of Message center as a tenant's answer shows it. Times are ISO texts. Microsoft docs: serviceUpdateMessage. */
export type ServiceMessage = {
  /** `MC` and digits; the same for every tenant that shows it. */
  id: string;
  title: string;
  /** The words of the body, without markup. */
  text: string;
  /** Microsoft's word, in camelCase. */
  category: string;
  /** Display names. */
  services: string[];
  tags: string[];
  isMajorChange: boolean;
  actionRequiredBy?: string | undefined;
  startedAt: string;
  /** When it ends or ended. */
  endsAt?: string | undefined;
  /** Microsoft's last-modified time. */
  revision: string;
};

/**
 * The posts of a tenant that changed after `changedAfter`, each once, or all of them. Throws `ReadFailure`: without the permission
 * `ServiceMessage.Read.All` that is a trouble of this feed alone.
 */
export type MessageSource = (tenant: ReadTenant) => Promise<ServiceMessage[]>;
