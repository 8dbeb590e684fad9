import { isAppError } from '../shared/core/errors.ts';
import type { Acknowledge, Acknowledgement } from '../shared/notices/acknowledge.ts';
import { acknowledgementPage, noLinkPage } from '../shared/notices/acknowledge-page.ts';
import * as contracts from '../shared/notices/route-contracts.ts';
import { wantsPage } from '../shared/platform/plain-page.ts';
import { route, type Answer, type Route, type TakeTurn } from '../shared/platform/route.ts';

export type AcknowledgeRoutesDeps = { acknowledge: Pick<Acknowledge, 'show' | 'byLink'>; takeTurn: TakeTurn };

/** The one-time links of notices: whoever holds one needs no other credentials, and while Entra is away has none. */
export function acknowledgeRoutes({ acknowledge, takeTurn }: AcknowledgeRoutesDeps): Route[] {
  const byLink = async (headers: Headers, ask: () => Promise<Acknowledgement>): Promise<Answer> => {
    takeTurn({ id: 'acknowledge' });
    if (!wantsPage(headers)) return { status: 200, body: await ask() };
    try {
      return acknowledgementPage(await ask());
    } catch (error) {
      if (isAppError(error, 'not-found')) return noLinkPage(error.detail);
      throw error;
    }
  };
  return [
    route({
      ...contracts.showAcknowledgement,
      handle: async ({ params, headers }) => byLink(headers, async () => acknowledge.show(params.token)),
    }),
    route({
      ...contracts.acknowledgeByLink,
      handle: async ({ params, headers, scope }) =>
        byLink(headers, async () => acknowledge.byLink(params.token, scope)),
    }),
  ];
}
