import { describe, expect, it } from 'vitest';
import { plainText } from '../../shared/core/plain-text.ts';
import { nextUpdateBy } from '../../shared/health/next-update.ts';

describe('the words of a post', () => {
  it.each([
    ['<p><b>Current status:</b> load is moved.</p><p>More&nbsp;soon</p>', 'Current status: load is moved.\nMore soon'],
    ['<ul><li>one</li><li>two</li></ul>', '- one\n- two'],
    ['a<br>b<br/>c', 'a\nb\nc'],
    ['<script>alert(1)</script>safe', 'safe'],
    ['<SCRIPT src=x>alert(1)', ''],
    ['before<style>p{}</style >after', 'before after'],
    ['<img src=x onerror="alert(1)">text', 'text'],
    ['a <!-- hidden --> b', 'a b'],
    ['3 &lt; 4 &amp;&amp; 5 &#62; 4 &#x27;q&#39;', "3 < 4 && 5 > 4 'q'"],
    ['&unknown; &#0; &#xD800;', '&unknown;'],
    ['1 < 2 stays', '1 < 2 stays'],
    ['cut <a href="https://x.example', 'cut'],
    ['plain', 'plain'],
  ])('of %s', (html, text) => {
    expect(plainText(html)).toBe(text);
  });
});

describe('the next update', () => {
  it('is read from the sentence in which Microsoft promises it', () => {
    expect(nextUpdateBy('Next update by: Monday, August 24, 2026, at 12:00 PM UTC')).toBe('2026-08-24T12:00:00.000Z');
    expect(nextUpdateBy('Next update by:\nFriday, January 2, 2026, 1:30 AM UTC')).toBe('2026-01-02T01:30:00.000Z');
  });

  it('is absent where nothing is promised, or no real time', () => {
    expect(nextUpdateBy('We are looking into it.')).toBeUndefined();
    expect(nextUpdateBy('Next update by: Monday, Smarch 44, 2026, at 12:00 PM UTC')).toBeUndefined();
  });
});
