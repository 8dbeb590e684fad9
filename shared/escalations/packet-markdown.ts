import { place, standing, visible, type PacketView } from './packet-view.ts';

/** One line in which nothing means anything: neither CommonMark's signs nor what is made a link without any. */
const escaped = (text: string): string =>
  visible(text)
    .replaceAll('\n', ' ')
    .replace(/[\\`*_{}[\]<>#+!|~&@]/g, '\\$&')
    .replaceAll('://', ':\\/\\/')
    .replace(/www\./gi, (found) => found.replace('.', '\\.'));

/** A code block whose fence is longer than any in the text: nothing in it can end it. */
function block(text: string): string {
  const runs = text.match(/`+/g) ?? [];
  const fence = '`'.repeat(Math.max(3, ...runs.map((run) => run.length + 1)));
  return `${fence}text\n${text}\n${fence}`;
}

/** The packet as Markdown, to be sent or kept: what came with the request stands in code blocks. */
export function packetMarkdown(view: PacketView): string {
  const { packet } = view;
  return [
    `# Tenant: ${escaped(packet.portal.tenantName)}`,
    `You must be in this customer's tenant. ${escaped(standing(view))}`,
    place(view)
      .map((line) => `- ${escaped(line)}`)
      .join('\n'),
    ...(packet.link === undefined ? [] : [`<${packet.link}>`]),
    ...packet.form.flatMap(({ label, value, required, missing }) => [
      `## ${label}${required ? ' (required)' : ''}`,
      value === '' ? `Missing: ${missing ?? ''}` : block(visible(value)),
    ]),
    '',
  ].join('\n\n');
}
