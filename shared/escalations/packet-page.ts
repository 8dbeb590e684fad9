import { createHash } from 'node:crypto';
import { encodeHtml } from '../core/html.ts';
import { place, standing, visible, type PacketView } from './packet-view.ts';

const encoded = (text: string): string => encodeHtml(visible(text));

const style = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; color: #1b1b1b; }
h1 { font-size: 2rem; line-height: 1.2; border: 3px solid #a4262c; padding: .75rem 1rem; overflow-wrap: anywhere; }
h1 span { display: block; font-size: 1rem; font-weight: normal; }
.standing { font-weight: 600; }
h2 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
pre { margin: 0; padding: .5rem .75rem; background: #f3f2f1; white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; }
.missing { color: #a4262c; margin: 0; }
button { font: inherit; margin-top: .25rem; }
`;

/** Without it the page is text to be marked and copied: the buttons are hidden until it has run. */
const script = `
for (const button of document.querySelectorAll('button[data-copies]')) {
  const field = document.getElementById(button.dataset.copies);
  button.hidden = false;
  button.addEventListener('click', async () => {
    let isCopied = true;
    try {
      await navigator.clipboard.writeText(field.textContent);
    } catch {
      getSelection().selectAllChildren(field);
      isCopied = document.execCommand('copy');
    }
    button.textContent = isCopied ? 'Copied' : 'Marked: press Ctrl+C';
  });
}
`;

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Nothing is loaded, sent or framed; only the page's own script and style run, known by their hashes. */
export const packetPageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** The packet as one page of HTML: what to copy, field by field, in the order of the portal's form. */
export function packetPage(view: PacketView): string {
  const { packet } = view;
  const { tenantName } = packet.portal;
  const fields = packet.form.map(({ label, value, required, missing }, at) => {
    const id = `field-${String(at + 1)}`;
    const heading = `<h2>${encoded(label)}${required ? ' (required)' : ''}</h2>`;
    if (value === '') return `${heading}\n<p class="missing">Missing: ${encoded(missing ?? '')}</p>`;
    // A line break right after <pre> is no part of its text.
    return `${heading}\n<pre id="${id}" dir="auto">\n${encoded(value)}</pre>\n<button type="button" data-copies="${id}" hidden>Copy</button>`;
  });
  const link =
    packet.link === undefined
      ? ''
      : `<p><a href="${encoded(packet.link)}" target="_blank" rel="noopener noreferrer">Open ${encoded(packet.portal.name)}</a></p>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${encoded(packet.marker)}</title>
<style>${style}</style>
</head>
<body>
<h1><span>You must be in the tenant of</span><bdi>${encoded(tenantName)}</bdi></h1>
<p class="standing"><bdi>${encoded(standing(view))}</bdi></p>
<ul>
${place(view)
  .map((line) => `<li><bdi>${encoded(line)}</bdi></li>`)
  .join('\n')}
</ul>
${link}
${fields.join('\n')}
<script>${script}</script>
</body>
</html>
`;
}
