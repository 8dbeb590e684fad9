import type { Cloud } from './cloud.ts';

/** Service Support Administrator, the least role that reads health and files tickets, and Global Administrator above it. */
const supportRoleIds = ['f023fd81-a637-4b56-95fd-791ac0226033', '62e90394-69f5-4237-9190-012177145e10'];
export const seededRoleIds: readonly string[] = supportRoleIds.slice(0, 1);

/** What the access assignment of a customer's relationship gives. */
export const rolesOf = (cloud: Cloud, tenantId: string): readonly string[] =>
  cloud.state.gdapRoles.get(tenantId) ?? seededRoleIds;

/** Whether the partner's people have, through the relationship, a role that reads service health in this tenant now. */
export const mayReadHealth = (cloud: Cloud, tenantId: string): boolean =>
  cloud.now() < (cloud.state.gdapEndsAt.get(tenantId) ?? 0) &&
  rolesOf(cloud, tenantId).some((role) => supportRoleIds.includes(role));
