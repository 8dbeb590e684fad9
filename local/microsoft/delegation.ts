import type { Cloud } from './cloud.ts';

const globalAdministrator = '62e90394-69f5-4237-9190-012177145e10';
const cloudApplicationAdministrator = '158c047a-c907-4556-b7ef-446551a6b5f7';
const applicationAdministrator = '9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3';
const serviceSupportAdministrator = 'f023fd81-a637-4b56-95fd-791ac0226033';

/** The least role that reads health and files tickets, and what is above it. */
const supportRoleIds = [serviceSupportAdministrator, globalAdministrator];
/** Microsoft docs, "Control panel vendor APIs": who consents to an application in a customer's tenant has one of these there. */
const consentRoleIds = [cloudApplicationAdministrator, applicationAdministrator, globalAdministrator];

export const seededRoleIds: readonly string[] = [cloudApplicationAdministrator, serviceSupportAdministrator];

/** What the access assignment of a customer's relationship gives. */
export const rolesOf = (cloud: Cloud, tenantId: string): readonly string[] =>
  cloud.state.gdapRoles.get(tenantId) ?? seededRoleIds;

/** Approved by the customer and not over. */
export const hasRelationship = (cloud: Cloud, tenantId: string): boolean =>
  cloud.now() < (cloud.state.gdapEndsAt.get(tenantId) ?? 0) && !cloud.state.gdapPending.has(tenantId);

const hasOneOf = (cloud: Cloud, tenantId: string, roleIds: readonly string[]): boolean =>
  hasRelationship(cloud, tenantId) && rolesOf(cloud, tenantId).some((role) => roleIds.includes(role));

/** Whether the partner's people have, through the relationship, a role that reads service health in this tenant now. */
export const mayReadHealth = (cloud: Cloud, tenantId: string): boolean => hasOneOf(cloud, tenantId, supportRoleIds);

/** Whether they have one that consents to applications. */
export const mayGrantConsent = (cloud: Cloud, tenantId: string): boolean => hasOneOf(cloud, tenantId, consentRoleIds);
