import { callOf, type Template } from './bicep.ts';
import { loopOf, resourcesOf, spelledOut, valueAt, type Resource } from './resources.ts';

const source = "loadJsonContent('../resources.json')";

/** Each property of a queue in Azure, as it is made from an entry of the list. */
const queueProperties: Record<string, string> = {
  name: 'queue.key',
  'properties.lockDuration': "'PT${queue.value.lockSeconds}S'",
  'properties.maxDeliveryCount': 'queue.value.maxDeliveryCount',
  'properties.defaultMessageTimeToLive': "'P${queue.value.timeToLiveDays}D'",
  'properties.duplicateDetectionHistoryTimeWindow': "'PT${queue.value.duplicateWindowSeconds}S'",
  'properties.requiresDuplicateDetection': 'true',
  // The emulator drops what expires, too.
  'properties.deadLetteringOnMessageExpiration': 'false',
  'properties.requiresSession': 'false',
};

/** What a resource is repeated over, variables seen through. */
function sourceOf(resource: Resource): string {
  const over = loopOf(resource)?.over;
  if (over === undefined) return '';
  const call = callOf(over);
  const [list] = call?.name === 'items' ? call.args : [];
  return list ? `items(${spelledOut(resource.template, list)})` : spelledOut(resource.template, over);
}

const different = (resource: Resource, expected: Record<string, string>): string[] =>
  Object.entries(expected)
    .filter(([path, text]) => valueAt(resource.template, resource.body, path)?.text !== text)
    .map(([path, text]) => `${resource.name}: ${path} is not ${text}`);

/** Azure gets exactly the tables and queues of the list, with what the list says of each queue. */
export function listFaults(templates: readonly Template[]): string[] {
  const made = (type: string) => templates.flatMap(resourcesOf).filter((resource) => resource.type === type);
  const tables = made('Microsoft.Storage/storageAccounts/tableServices/tables');
  const queues = made('Microsoft.ServiceBus/namespaces/queues');
  const wrongLoop = (resource: Resource, over: string) =>
    sourceOf(resource) === over ? [] : [`${resource.name} is not made from ${over}`];
  return [
    ...(tables.length === 1 ? [] : [`tables are made in ${String(tables.length)} places`]),
    ...(queues.length === 1 ? [] : [`queues are made in ${String(queues.length)} places`]),
    ...tables.flatMap((table) => [
      ...wrongLoop(table, `${source}.tables`),
      ...different(table, { name: loopOf(table)?.variable.text ?? '' }),
    ]),
    ...queues.flatMap((queue) => [
      ...wrongLoop(queue, `items(${source}.queues)`),
      ...different(queue, queueProperties),
    ]),
  ];
}
