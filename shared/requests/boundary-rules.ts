import type { Boundary } from './triage-answer.ts';
import type { Category } from './request.ts';

/** What else a rule may want: a live incident that fits, or words that point past the desk. */
export type Sign = 'live-incident' | 'publisher-words' | 'customer-words' | 'outage-words';

export type BoundaryRule = {
  /** A service id, or `*`. */
  service: string;
  category: Category | '*';
  when?: Sign;
  boundary: Boundary;
  /** Where the rule comes from. */
  source: string;
  because: string;
};

const customerSupport = 'Microsoft docs: Customer support in the CSP program';
const billingSupport = 'Microsoft docs: Provide billing support';
const escalating = 'Microsoft docs: Escalate problems to Microsoft';
const ours = 'our default';

/** Who solves it. The first rule that fits decides; none says nothing. */
export const boundaryRules: readonly BoundaryRule[] = [
  {
    service: '*',
    category: 'billing',
    boundary: 'partner',
    source: billingSupport,
    because:
      "billing of a CSP customer is the partner's; the partner asks Microsoft where an invoice of Microsoft's is wrong",
  },
  {
    service: 'azure',
    category: 'subscription',
    when: 'outage-words',
    boundary: 'microsoft',
    source: ours,
    because: "a subscription that has become unavailable is not mended from the partner's side",
  },
  {
    service: '*',
    category: 'subscription',
    boundary: 'partner',
    source: billingSupport,
    because: 'purchase, licences, renewal and cancellation are done by the partner in Partner Center',
  },
  {
    service: '*',
    category: 'advisory',
    boundary: 'partner',
    source: escalating,
    because: "advice and how-to are not break-fix and are the partner's own work",
  },
  {
    service: '*',
    category: 'technical',
    when: 'live-incident',
    boundary: 'microsoft',
    source: customerSupport,
    because: 'Microsoft is working on an incident that fits',
  },
  {
    service: '*',
    category: 'technical',
    when: 'publisher-words',
    boundary: 'publisher',
    source: escalating,
    because: 'third-party products of the marketplace are supported by their publisher',
  },
  {
    service: '*',
    category: 'technical',
    when: 'customer-words',
    boundary: 'customer',
    source: ours,
    because: "the text points at the customer's own network, devices or software",
  },
  {
    service: '*',
    category: 'technical',
    when: 'outage-words',
    boundary: 'microsoft',
    source: customerSupport,
    because: "a service that is unavailable for many is Microsoft's to mend, known incident or not",
  },
  {
    service: '*',
    category: 'technical',
    boundary: 'partner',
    source: customerSupport,
    because: 'the partner diagnoses first, and solves what configuration and administration can solve',
  },
];

/** Words behind the signs: English, German, Japanese; umlauts written out. Our own list. */
export const signWords: Record<Exclude<Sign, 'live-incident'>, string> = {
  'publisher-words':
    'marketplace*, appsource*, third party*, add in from*, isv, drittanbieter*, サードパーティ, マーケットプレース, 他社製',
  'customer-words':
    'our firewall*, our proxy*, our internet*, our router*, on premises*, our own app*, our printer*, unsere firewall*, unser proxy*, unserer firewall*, eigene anwendung*, lokalen server*, 社内プロキシ, 自社アプリ, 社内ネットワーク, オンプレミス',
  'outage-words':
    'outage*, all users*, everyone*, everybody*, whole company*, nobody can*, no one can*, entire tenant*, alle benutzer*, alle mitarbeiter*, niemand kann*, komplett ausgefallen*, totalausfall*, 全員, 全ユーザー, 全社, 誰も, 全ての利用者, 全面',
};
