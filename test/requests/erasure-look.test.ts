import { describe, expect, it } from 'vitest';
import { encodings, foundIn } from '../support/encodings.ts';

describe('the look for what must not be there', () => {
  it.each(Object.keys(encodings))('finds a text that stands as %s in the middle of others', (name) => {
    const text = 'Ylva Kanarievögel';
    for (const before of ['', 'a', 'ab']) {
      const whole = `${before}${text}, and more`;
      const hay = Buffer.concat([Buffer.from('before '), encoded(name, whole), Buffer.from(' after')]);
      expect(foundIn(hay, [text])).not.toEqual([]);
      expect(foundIn(hay, ['kanariabsent'])).toEqual([]);
    }
  });
});

/** The whole text in an encoding, as a writer would write it. */
function encoded(name: string, text: string): Buffer {
  if (name === 'base64') return Buffer.from(Buffer.from(text).toString('base64'));
  return encodings[name]?.(text)[0] ?? Buffer.alloc(0);
}
