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
  /** How often a partner's delegated admin relationships are listed. Graph gives 300 at a time. */
  delegationMinutes: 15,
  delegationPageRelationships: 300,
  delegationPagesMax: 1_000,
  delegationConcurrency: 8,
  /** A leg starts no further call after this time, so that it ends within the function's two minutes. */
  delegationLegMs: 50_000,
  /** Access assignments of a relationship that has not changed are read again after this time, spread over it. */
  delegationRolesDays: 7,
  claimMinutes: 30,
} as const;
