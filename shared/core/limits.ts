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
  externalRefs: 10,
  idempotencyKeyCharacters: 255,
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
  healthShardTenants: 250,
  healthConcurrency: 16,
  /** A shard stops starting reads after this time, so that a slow Microsoft cannot outlast the function's two minutes. */
  healthCycleMs: 80_000,
  /** Pages of one answer of Graph that are followed. */
  healthAnswerPages: 10,
  /** A shard or customer not read for this many intervals is unknown. */
  healthStaleIntervals: 3,
  /** Incidents that ended longer ago than this are not taken in. */
  incidentPastDays: 30,
  directoryPageCustomers: 100,
  directoryPagesMax: 2_000,
  directoryConcurrency: 8,
  /** Partner Center takes 500 calls a minute per partner tenant; a page's calls (some 200) come at once, on top of this. */
  partnerCenterPerMinute: 290,
  /** Customers whose consent is granted in one leg of a run, a second apart: Partner Center takes 50 of these calls a second. */
  consentsPerLeg: 40,
  /** Customers that the call which starts a run may name; more are a run over all. */
  consentCustomersNamed: 500,
  claimMinutes: 30,
} as const;
