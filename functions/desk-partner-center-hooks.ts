import { clouds, type DeskCloud } from '../shared/customers/cloud.ts';
import type { CustomerStore } from '../shared/customers/customer-store.ts';
import { createDelegationHints } from '../shared/customers/delegation-hints.ts';
import { createDirectoryHints } from '../shared/customers/hints.ts';
import { partnerCenterCertificates } from '../shared/customers/hook-certificates.http.ts';
import { createHookRows } from '../shared/customers/hook-registration-row.ts';
import { createKeepHookRegistrations } from '../shared/customers/hook-registration.ts';
import { partnerCenterHooks } from '../shared/customers/hook-registration.partnercenter.ts';
import { readAnchors } from '../shared/customers/hook-roots.ts';
import { createPartnerCenterHook } from '../shared/customers/partner-center-hook.ts';
import type { Config } from '../shared/platform/config.ts';
import type { TakeTurn } from '../shared/platform/route.ts';
import type { Services } from '../shared/platform/services.ts';
import type { TokenSource } from '../shared/platform/tokens.ts';

type Deps = {
  relay: Services & { cloud: DeskCloud; tokens: TokenSource };
  customers: CustomerStore;
  takeTurn: TakeTurn;
};

/** What Partner Center sends by itself: taking it, and seeing to it that it is sent. */
export function partnerCenterWebhooks({ relay, customers, takeTurn }: Deps, config: Config) {
  const { cloud, clock, guardedHttp, random, tables } = relay;
  const ownPlaces = config.PARTNER_CENTER_WEBHOOK_CERTIFICATES;
  const rows = createHookRows({ table: tables('desk'), clock });
  let anchors: ReturnType<typeof readAnchors> | undefined;
  return {
    receive: createPartnerCenterHook({
      signerOf: partnerCenterCertificates({
        http: guardedHttp,
        clock,
        anchors: () => (anchors ??= readAnchors(config.PARTNER_CENTER_WEBHOOK_ROOTS)),
      }),
      certificatePlaces: ownPlaces.length > 0 ? ownPlaces : clouds[cloud.cloud].certificatePlaces,
      takeTurn,
      cloud,
      hints: { ...createDirectoryHints({ ...relay, store: customers }), ...createDelegationHints(relay) },
    }),
    keepRegistrations: createKeepHookRegistrations({
      source: partnerCenterHooks(relay),
      rows,
      clock,
      random,
      connections: cloud.connections,
      publicUrl: config.DESK_PUBLIC_URL,
    }),
    rows,
  };
}
