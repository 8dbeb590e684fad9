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

const quotedText = /"(?:[^"\\]|\\.)*"/g;
const innermostComment = /\((?:[^()\\]|\\.)*\)/g;
const nestedComments = 10;

/** Undefined where a quote or a comment does not end, or a character has no place in a header. */
function withoutCommentsAndQuotes(text: string): string | undefined {
  if (/[^\P{Cc}\t]/u.test(text)) return undefined;
  let bare = text.replaceAll(quotedText, '');
  for (let depth = 0; depth < nestedComments && bare.includes('('); depth++)
    bare = bare.replaceAll(innermostComment, '');
  return /["()\\]/.test(bare) ? undefined : bare;
}
