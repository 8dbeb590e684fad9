import { genuine, type Field } from './envelope.ts';

type Parts = { subject?: string; body?: string; id?: string; fields?: readonly Field[] };

/** A mail as it comes in; proven to be Microsoft's unless other fields say otherwise. */
export function aMail({
  subject = 'Hello',
  body = 'Hello.',
  id = 'one',
  fields = genuine(() => 0),
}: Parts = {}): string {
  const head: Field[] = [...fields, ['Subject', subject], ['Message-ID', `<${id}@mail.example>`]];
  return `${head.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n${body}`;
}
