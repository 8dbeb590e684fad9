/**
 * The domain of the one mailbox that a `From` field names, in lower case. Undefined for anything that two readers could read in
 * two ways: several mailboxes, a group, a quoted or foreign address, a display name that is an address outside quotes. Read
 * before encoded words are, so that these bring no syntax in.
 */
export function senderDomain(from: string): string | undefined {
  const bare = withoutCommentsAndQuotes(from);
  const address = bare === undefined ? undefined : onlyAddress(bare);
  const [, domain] = /^[\w.!#$%&'*+/=?^`{|}~-]+@([a-z0-9-]+(?:\.[a-z0-9-]+)+)$/i.exec(address ?? '') ?? [];
  return domain?.toLowerCase();
}

/** `name <address>`, or the address alone. */
function onlyAddress(bare: string): string | undefined {
  const [, name = '', inBrackets] = /^([^<>]*)<([^<>]*)>\s*$/.exec(bare) ?? [];
  if (inBrackets === undefined) return bare.trim();
  return /[@,:;]/.test(name) ? undefined : inBrackets;
}

/** Undefined where a quote or a comment does not end, or a character has no place in a header. */
function withoutCommentsAndQuotes(text: string): string | undefined {
  let bare = '';
  let depth = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char < ' ' && char !== '\t') return undefined;
    if (char === '\\' && (isQuoted || depth > 0)) at++;
    else if (isQuoted) isQuoted = char !== '"';
    else if (char === '(') depth++;
    else if (depth > 0) depth -= char === ')' ? 1 : 0;
    else if (char === '"') isQuoted = true;
    else bare += char;
  }
  return isQuoted || depth > 0 ? undefined : bare;
}
