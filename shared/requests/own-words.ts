/** A description in parts: what its writer says, and what the writer quotes from somebody else. */
export type Parts = { own: string; quoted: string };

const quoteHeaders: readonly RegExp[] = [
  /^-{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht|weitergeleitete nachricht|元のメッセージ|転送)/i,
  /^(?:from|von|差出人|送信者)\s*[:：]\s*\S/i,
  /^on .{4,80} wrote:$/i,
  /^am .{4,80} schrieb .{1,80}:$/i,
];

const closings =
  /^(?:-{2,} ?$|(?:何卒|どうぞ)?よろしくお願い[^。]{0,10}。?$|(?:kind|best|warm|many)? ?regards\b|sincerely\b|mit (?:freundlichen|besten) gr(?:ü|ue)(?:ß|ss)en|(?:viele|beste|freundliche|liebe) gr(?:ü|ue)(?:ß|ss)e|mfg\b|敬具|以上、?よろしく)/i;

/** From here on nobody speaks to the desk any more. */
const disclaimers =
  /(?:e-?mail|message|communication)\b.{0,60}\b(?:confidential|privileged|intended (?:only|solely))|e-?mail.{0,60}(?:vertraulich|nur für den)|このメール.{0,40}(?:機密|宛先)/i;

const footerLines =
  /^(?:sent from|get outlook for|gesendet (?:von|mit)|von meinem \S+ gesendet|outlook für \S+ (?:herunterladen|beziehen)|virus-free|scanned by|.{0,20}から送信)/i;

const logLines: readonly RegExp[] = [
  /^\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d\S*\s+\S{0,20}\s*\[?(?:error|warn|warning|info|information|debug|trace|fatal|verbose)\b/i,
  /^\[?(?:error|warn|info|debug|trace|fatal)\]?\s*[:|]\s/i,
  /^at \S+[.:]\S* ?\(/,
  /^(?:received|x-[\w-]+|arc-[\w-]+|dkim-signature|authentication-results)\s*:/i,
  /^(?:\S+\.)?\w+(?:Exception|Error):/,
];

/** A log is known by how its line begins. Characters. */
const lineBeginning = 200;

const fenced = /```[\s\S]*?(?:```|$)/g;

/**
 * Takes a description apart. Signatures, footers, disclaimers, pasted logs and mail headers name products that the trouble is
 * not about: they are left out of both parts. What a person quotes or forwards stands apart.
 */
export function partsOf(description: string): Parts {
  const own: string[] = [];
  const quoted: string[] = [];
  let isQuoted = false;
  let isSigned = false;
  for (const raw of description.replace(fenced, '\n').split(/\r?\n/)) {
    const line = raw.trim();
    if (quoteHeaders.some((header) => header.test(line))) {
      isQuoted = true;
      isSigned = false;
      continue;
    }
    if (closings.test(line) || disclaimers.test(line)) isSigned = true;
    if (isSigned || footerLines.test(line) || logLines.some((log) => log.test(line.slice(0, lineBeginning)))) continue;
    const isQuote = isQuoted || line.startsWith('>');
    (isQuote ? quoted : own).push(line.replace(/^[> ]+/, ''));
  }
  return { own: withoutAddresses(own.join('\n')), quoted: withoutAddresses(quoted.join('\n')) };
}

/** Hosts of which the name says what the trouble is with. */
const speakingHosts =
  /(?:^|\.)(?:sharepoint|office|microsoft|azure|dynamics|powerbi|powerapps|windowsazure)\.(?:com|net)$/i;

/** An address of a person or a page says nothing, but for Microsoft's own hosts. */
export const withoutAddresses = (text: string): string =>
  text
    .replace(/\b[a-z][a-z0-9+.-]{1,20}:\/\/([^\s/:?#]{1,255})\S*/gi, (_, host: string) =>
      speakingHosts.test(host) ? host : ' ',
    )
    .replace(/[^\s@<(]{1,64}@[^\s@>)]{1,255}/g, ' ');
