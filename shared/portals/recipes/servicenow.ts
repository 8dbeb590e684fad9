import type { Recipe } from './recipe.ts';

/**
 * ServiceNow has no outgoing webhooks of its own; a business rule sends them, and its script signs as Standard Webhooks says and
 * writes the desk's own body (docs/recipes/servicenow.md). Written from public documents and not tried against the product.
 * Source: ServiceNow developer reference, `GlideCertificateEncryption.generateMac`, `sn_ws.RESTMessageV2`.
 */
export const servicenow: Recipe = () => ({ kind: 'standard-webhooks' });
