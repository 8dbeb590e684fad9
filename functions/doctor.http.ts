import type { createDoctor } from '../shared/escalations/doctor.ts';
import { askDoctor, readDoctor } from '../shared/escalations/route-contracts.ts';
import { route, type Route } from '../shared/platform/route.ts';

/** What is known, by asking, of the corners of Microsoft's APIs that no document settles. */
export const doctorRoutes = (doctor: ReturnType<typeof createDoctor>): Route[] => [
  route({ ...askDoctor, handle: async () => ({ status: 200, body: await doctor.examine() }) }),
  route({ ...readDoctor, handle: async () => ({ status: 200, body: await doctor.last() }) }),
];
