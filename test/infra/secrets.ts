import { callOf, literal, nodesOf, placeOf, propertiesOf, type Node, type Template } from './bicep.ts';
import { resourcesOf } from './resources.ts';

/** `listKeys`, `listAccountSas`, `listSecrets` and their like hand out keys; so does the method of that name of a resource. */
const handsOut = /(?:^|\.)(?:list\w*|getSecret)$/;

/** What connection strings, keys and signatures look like. A base64 key of storage or the bus has 44 characters and more. */
const keyLike =
  /AccountKey=|SharedAccess|DefaultEndpointsProtocol|Endpoint=sb:|[?&]sig=|[A-Za-z0-9+/]{43}=|-----BEGIN/i;

const named = /(?:password|passphrase|secret|token|connectionString|key)$/i;

/** Resource types that are keys or hold them. */
const holders = /\/(?:authorizationRules|secrets|accessPolicies|host\/functionKeys)$/i;

const isGiven = (value: Node): boolean => (literal(value) ?? '') !== '';

/** Nothing in a template is a key, fetches one, or makes one. */
export function secretFaults(template: Template): string[] {
  const found: [Node, string][] = [];
  for (const call of nodesOf(template.root, 'call_expression')) {
    const { name } = callOf(call) ?? { name: '' };
    if (handsOut.test(name)) found.push([call, `${name}() hands out a key`]);
  }
  for (const text of nodesOf(template.root, 'string_content')) {
    if (keyLike.test(text.text)) found.push([text, 'a string looks like a key or a connection string']);
  }
  for (const object of nodesOf(template.root, 'object')) {
    for (const { name, value, node } of propertiesOf(object)) {
      if (named.test(name) && isGiven(value)) found.push([node, `${name} is written out`]);
    }
  }
  for (const { node, type } of resourcesOf(template)) {
    if (holders.test(type)) found.push([node, `${type} is a key or holds one`]);
  }
  return found.map(([node, what]) => `${placeOf(template, node)}: ${what}`);
}
