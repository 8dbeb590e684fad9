import type { Caller } from '../../shared/core/caller.ts';

export const aPerson: Caller = {
  kind: 'person',
  id: 'person',
  name: 'Robin Reader',
  tenantId: 'desk',
  objectId: 'robin',
  roles: new Set(['Desk.Read']),
};

export const aPortal = (...customers: string[]): Caller => ({
  kind: 'portal',
  id: 'portal:harbour',
  portalId: 'harbour',
  customers: new Set(customers),
});
