import { readable } from './words.ts';

/** What rules read in place of what people write (`everyday-words.ts`). */
const readFor: Readonly<Record<string, string>> = {
  msteams: 'Microsoft Teams',
  password: 'パスワード',
  entra: 'Azure AD',
};

/** Words of a text by how rules see them: the umlauts that rules write out, the capitals that they drop. */
function writtenIn(text: string): ReadonlyMap<string, string> {
  const words = text.normalize('NFKC').match(/[\p{L}\p{N}]+/gu) ?? [];
  return new Map(words.reverse().map((word) => [readable(word).trim(), word.toLowerCase()]));
}

/** A reason with what it quotes from the text as the text writes it. */
export function createQuoting(text: { title: string; description: string }): (reason: string) => string {
  const all = `${text.title}\n${text.description}`;
  const written = writtenIn(all);
  const inText = (word: string): string => {
    const known = written.get(word);
    if (known !== undefined) return known;
    const instead = readFor[word];
    return instead !== undefined && all.toLowerCase().includes(instead.toLowerCase()) ? instead : word;
  };
  return (reason) => reason.replace(/“([^”]+)”/g, (_, quote: string) => `“${quote.split(' ').map(inText).join(' ')}”`);
}
