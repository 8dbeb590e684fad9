/** Every limit of the desk, once: enforced in code and quoted in the API document. Units are in the names. */
export const limits = {
  bodyBytes: 256 * 1024,
  pageSizeDefault: 25,
  pageSizeMax: 100,
  titleCharacters: 200,
  descriptionCharacters: 20_000,
  commentCharacters: 20_000,
  evidenceCharacters: 30_000,
  businessImpactCharacters: 4_000,
  reasonCharacters: 2_000,
  nameCharacters: 200,
  emailCharacters: 254,
  referenceCharacters: 200,
  urlCharacters: 1_000,
  evidenceDepth: 20,
  /** Of a webhook's data: far more than any event has, and far less than what ends a recursion. */
  hookDepth: 100,
  externalRefs: 10,
  /** Of all attachments, or references, of one request or comment as JSON: they share a column, which holds 32 K. */
  listCharacters: 30_000,
  /** Of the partner's own. */
  boundaryRules: 50,
  boundaryRulesCharacters: 30_000,
  /** Of a request, and of a comment. */
  attachments: 10,
  /** A request may be put aside for so long. */
  snoozeDays: 90,
  /** Requests that are merged into one. */
  requestChildren: 100,
  idempotencyKeyCharacters: 255,
  /** What a portal's own list of customers holds. */
  portalCustomers: 20_000,
  /** And a portal that has its customers by reseller names so many of these. */
  portalResellers: 100,
  secretCharacters: 512,
  /** How long two keys are good while one replaces the other, unless an administrator says otherwise. */
  secretOverlapMinutes: 1_440,
  secretOverlapMinutesMax: 10_080,
  portalRatePerSecond: 50,
  portalBurst: 500,
  webhookToleranceSeconds: 300,
  webhookSecretBytesMin: 24,
  webhookSecretBytesMax: 64,
  /** How long an intake waits for the bus before it leaves the sending to the sweep. */
  sendWaitMs: 1_000,
  /** A storage call that takes longer is answered as "away"; intake must say so within six seconds. */
  storageCallMs: 2_000,
  /** How long a change is tried again while others change the same thing. */
  contendedMs: 5_000,
  /** Rows of the outbox older than this are sent again by the sweep. */
  outboxGraceMs: 120_000,
  cacheMs: 30_000,
  upstreamCallMs: 20_000,
  upstreamAnswerBytes: 8 * 1024 * 1024,
  deliveryCallMs: 15_000,
  deliveryAnswerBytes: 64 * 1024,
  requestShards: 32,
  /** Requests of a person that are erased in one leg of the run: the first leg is within the call's own time. */
  erasedPerLeg: 25,
  /** If the call that asked for an erasure dies in its leg, the run goes on after this time. */
  erasureWakeMs: 60_000,
  healthShardTenants: 250,
  healthConcurrency: 16,
  /**
   * Calls to Graph per second and instance, a burst of ten seconds' worth apart. Microsoft allows one application 130,000 in ten
   * seconds over all tenants (an older page: 2,000 a second): eight instances stay within the older number.
   */
  graphCallsPerSecond: 250,
  /**
   * Token requests per second and instance. Entra publishes no number; a fleet's tokens are asked for over an hour. Only the first
   * cycle of an instance needs one for every tenant: at this pace 50,000 take 250 s, and their reads at Graph's 200 s, so that
   * one instance ends within the five minutes of a cycle.
   */
  tokenRequestsPerSecond: 200,
  /**
   * Calls of escalations to Azure Resource Manager per second and instance. It gives one principal 25 reads and 10 writes a second in
   * a subscription, beyond a first 250 and 200; a filing writes once in five calls, so that two instances stay within that.
   */
  supportCallsPerSecond: 8,
  upstreamBurstSeconds: 10,
  /** Answers after which a cycle that meets mostly trouble of Microsoft's asks nobody else; so few while that is known already. */
  healthSampleTenants: 20,
  healthProbeTenants: 4,
  /** How long a refresh token lives. Source: Microsoft docs, "Refresh tokens in the Microsoft identity platform". */
  grantLifeDays: 90,
  /** From so many days of age an unrenewed refresh token is an alarm. */
  grantAgeAlarmDays: 45,
  /** How long a person has for signing in as the partner; about as long as Entra's own code is good. */
  partnerConsentMinutes: 10,
  /** Sign-ins of one connection that may wait at one time, and those that its row remembers. */
  partnerConsentsOpen: 5,
  partnerConsentsKept: 10,
  /** Days before the end of a delegated relationship from which on a customer's coverage warns of it. */
  gdapWarnDays: 30,
  /** A shard stops starting reads after this time, so that a slow Microsoft cannot outlast the function's two minutes. */
  healthCycleMs: 80_000,
  /** Whoever has not answered after this time of a cycle is given up: the rest of the two minutes is for writing. */
  healthReadsMs: 95_000,
  /** Pages of one answer of Graph that are followed. */
  healthAnswerPages: 10,
  /** Message center posts of a shard's tenants are read once in this time. */
  messageCenterIntervalMs: 6 * 60 * 60 * 1_000,
  /** Posts come with their texts: a page of this many stays far below the largest answer. */
  messageCenterPageRows: 200,
  /** A reading of posts stops starting reads after this time: what they bring at first takes as long to write. */
  messageCenterReadMs: 40_000,
  /** And whoever has not answered after this time is given up. */
  messageCenterReadsMs: 65_000,
  /** A desk that starts begins to read the posts of this many shards at a time, and of as many more at each timer. */
  messageCenterStarts: 4,
  /** A shard or customer not read for this many intervals is unknown. */
  healthStaleIntervals: 3,
  /** Incidents that ended longer ago than this are not taken in. */
  incidentPastDays: 30,
  directoryPageCustomers: 100,
  directoryPagesMax: 2_000,
  directoryConcurrency: 8,
  /** A turn of the directory begins to read no further customer after this time, so that it ends within the function's two minutes. */
  directoryTurnMs: 50_000,
  /** After this time a page of the directory asks for no further customer's links. */
  portalLinksMs: 20_000,
  /** Partner Center takes 500 calls a minute per partner tenant; a page's calls (some 200) come at once, on top of this. */
  partnerCenterPerMinute: 290,
  /** Customers whose consent is granted in one leg of a run, a second apart: Partner Center takes 50 of these calls a second. */
  consentsPerLeg: 40,
  /** Customers that the call which starts a run may name; more are a run over all. */
  consentCustomersNamed: 500,
  /** How often a partner's delegated admin relationships are listed. Graph gives 300 at a time. */
  delegationMinutes: 15,
  delegationPageRelationships: 300,
  delegationPagesMax: 1_000,
  delegationConcurrency: 8,
  /** A leg starts no further call after this time, so that it ends within the function's two minutes. */
  delegationLegMs: 50_000,
  /** Access assignments of a relationship that has not changed are read again after this time, spread over it. */
  delegationRolesDays: 7,
  /** Audit records are looked at this often for what changed at Partner Center since. */
  auditMinutes: 15,
  auditPageRecords: 500,
  /** Whoever did more than fits into so many pages did too much to be followed record by record: the list is read. */
  auditPagesMax: 20,
  /** Customers that are read again in one turn because something about them changed. */
  hintedCustomers: 25,
  discoveryBytes: 256 * 1024,
  /** The certificate behind a webhook of Partner Center: one file, and how often addresses that are new may be asked a minute. */
  certificateCallMs: 10_000,
  certificateBytes: 64 * 1024,
  certificateFetchesPerMinute: 6,
  /** Webhooks of Partner Center that an instance knows again by their bytes. */
  partnerCenterHooksKnown: 2_000,
  /** Hints about one thing that may wait while it is being read: one that is written then may be needed for the next reading. */
  hintsWaiting: 20,
  claimMinutes: 30,
  /** Texts to Microsoft that may wait at one time for a person of one case: the head lists them. */
  textsToCarry: 50,
  /** The doctor begins to ask nothing more after this time. */
  doctorMs: 60_000,
  /** How late after the end of a claim a person who was held up may still have filed: nobody takes a case over before. */
  claimSettleMinutes: 10,
  /** Requests that share one case with Microsoft. */
  requestsPerCase: 100,
  /** Lines of a file of customers' references. */
  refLines: 2_000,
  /** Comments and closes that may wait at one time for a request that is not known yet: of a portal, and for one reference. */
  waitingPerPortal: 1_000,
  waitingPerReference: 100,
  /** After so long without its request a change is shown to people. */
  waitingDays: 7,
  /** Mails of a case mailbox that one page lists, and new ones of one turn: the rest is read in the next, at once. */
  caseMailPage: 25,
  caseMailsAtOnce: 100,
  /** A turn of the case mailbox begins to read no further mail after this time, so that it ends within the function's two minutes. */
  caseMailTurnMs: 50_000,
  /** Mailboxes may show a mail late: so far back of the last one each turn reads again. */
  caseMailOverlapMs: 10 * 60 * 1_000,
  /** Mails that name a case which nobody knows are tried again for so long, so many of them a turn: people tell numbers late. */
  caseMailAgainMs: 7 * 24 * 60 * 60 * 1_000,
  caseMailAgain: 50,
  /** Mails of no case, and what is known of the others, are kept for so long. */
  caseMailDays: 90,
  /** Of the policy by which people are reached. */
  reachPeople: 50,
  reachTargets: 40,
  reachTeams: 20,
  reachRules: 50,
  reachSteps: 40,
  /** Channels of one person. */
  reachPersonTargets: 5,
  /** Nobody waits longer for the next person where the matter is critical. */
  criticalWaitMinutes: 5,
  /** Requests and escalations of one page that are told apart; beyond, the oldest is forgotten. */
  pageSources: 100,
  /** How long the link of a notice acknowledges. */
  acknowledgeLinkMinutes: 1_440,
  /** Within this time a message must come through each queue for a check of a deployment to pass. */
  checkMs: 60_000,
  /** Whoever is on duty for a critical matter is reachable for so long from now. */
  dutyHours: 4,
} as const;
