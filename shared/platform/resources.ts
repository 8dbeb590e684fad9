import resources from '../../infra/resources.json' with { type: 'json' };

/** Every queue and table of the desk. The JSON file is the one list: Bicep and the local world read the same. */
export type QueueName = keyof typeof resources.queues;

export const queues = resources.queues;

export const tableNames = [
  'requests',
  'requestlists',
  'customers',
  'health',
  'escalations',
  'deliveries',
  'portals',
  'desk',
  'poison',
] as const;

export type TableName = (typeof tableNames)[number];
