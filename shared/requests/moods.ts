import { found, type WordList } from './words.ts';

/**
 * How a part of a sentence is meant: as a complaint (`plain`), that something does work, that something is wanted or asked, or
 * that it is over or long ago.
 */
export type Mood = 'plain' | 'works' | 'wish' | 'past' | 'solved' | 'tried';

/** Where a part of a sentence ends, in the sender's own text. */
const ends =
  /[;\n。！？、，…]+|[.!?:,](?=\s|$)| [-–] |(?<=ですが|ますが|けど|けれど|ので|のに|たところ|ため)|\b(?:but|however|although|though|whereas|while|because|obwohl|weil|während)\b/iu;

export const clausesIn = (text: string): string[] => text.split(ends).filter((part) => part.trim() !== '');

const works: WordList =
  'ok, okay, fine, as usual, as normal, works, works fine, work fine, works normally, works well, still works, do work, is fine, are fine, all fine, is ok, are ok, all is well, no problem, no problems, without problem*, is instant, is quick, run normally, runs normally, all other*, get in, others can, can open them, can open it, opens fine, open quickly, everything arrives, wie gewohnt, wie immer, tadellos*, funktioniert, funktionieren, klappt, klappts, geht, gehen, laufen, laeuft, alles sofort, sofort da, sofort an, in ordnung, alles da, alles bestens, kein problem, keine probleme, problemlos*, einwandfrei*, andere schon, anderen schon, aeltere schon, app schon, intern schon, 問題なく, 問題ありません, 問題はありません, 正常, 使えます, 使えています, 使えている, できます, 見えます, 見られます, 開けます, 入れます, すぐ届, 普段通り, いつも通り, 普通に使, 普通に見, つながります, 届きます, 大丈夫, 資料は出ます';
const denies: WordList =
  'not, no longer, nothing, never, hardly, only works, doesn t, don t, won t, can t, cannot, stopped, nicht, nichts, kein, keine, keiner, nie, kaum, niemand, nur, ohne, erst, genauso, ebenso, bleibt, ewig, langsam, ません, ない, なくなり';
const unaffected: WordList =
  'not affected*, isn t affected*, aren t affected*, unaffected*, nicht betroffen*, 影響はありません, 影響ありません';
const wish: WordList =
  'how do, how can, how to, how should, is it possible, is there a way, can i, could i, could someone, please give, please order, please set, please tell, please show, please raise, please add, please unlock, would like, we want, i want, we think about, what does it cost, where do i enter, training*, schulung*, 講習, wie kann, wie koennen, wie richte*, wie geht, wie stelle*, moechte, moechten, haetten gern*, kann man, koennte man, koennen sie, koennten sie, bitte geben, bitte richten, bitte berecht*, bitte stellen, bitte drei, bitte um, bitte zurueck*, wo trage*, wo finde*, soll alle, wuenschen, 方法, やり方, 教えて, 手順, したいです, したいの, させたい, してほしい, ほしいです, もらえますか, いただけますか, ありますか, できますか, 移せますか, 付けてください, 追加をお願い, 追加したい, 追加してください, 再発行をお願い, 増やしてください, 研修';
const past: WordList =
  'last year, years ago, months ago, in the past, old matter, old case, letztes jahr, letzten jahr*, vorjahr, damals, vor jahren, 昨年, 去年, 以前';
const solved: WordList =
  'is solved, thanks for fixing, thank you for fixing, is back, are back, was solved, been solved, solved it, is resolved, was resolved, fixed thank*, is gone everything, works again, working again, once again, at once again, is back to normal, back to normal, can be closed, close this, you can close, erledigt*, geht wieder, funktioniert wieder, laeuft wieder, wieder sofort, wieder normal, behoben*, ist geloest, hat sich geklaert*, laeuft wieder*, geht wieder*, schnelle hilfe*, 解消し, 解決し, 復旧し, 直りました, 普通に届くようになり, できるようになりました, 早い対応ありがとう, すべて元に戻り, 御礼, お礼, ありがとうございました, everything is there again, alles ist wieder da, alles wieder da, wiederhergestellt alles';
const tried: WordList =
  'we tried, i tried, tried, we checked, restarted, replaced the, getestet, probiert, ausprobiert, neu gestartet, getauscht, 試し, 再起動し, 替えてもだめ, 替えても';

/** Wishes by how they are made; a cry for help is none. */
const wishes: readonly RegExp[] = [
  / please (?!help|fix|check|look|investigate|call|see|advise|contact|assist|repair|get back|do something|urgent|asap)\w+ /,
  / bitte (?!helfen|hilfe|um hilfe|pruefen|beheben|schnell|dringend|rufen|melden|nachsehen|schauen|kuemmern|um rueck|um unter|um pruef)\w+ /,
  / bitte$/,
  / (?:how|where) (?:do|can|could|should|would|may) (?:i|we|one|you|people) /,
  / what would (?:it|that) take /,
  / wie \w+ (?:ich|man|wir|sie) /,
  / was (?:braeuchten|brauchen|muessen) wir /,
  /(?<!見て|確認して|調べて|対応して|助けて|直して|連絡を?して|ご連絡|電話して)(?:ください|下さい)/,
  /(?:追加|設定|削除|変更|解除|再発行|発行|作成|登録|許可|購入|注文)を?(?:お願い|希望)/,
];

const isSaid = (words: WordList, text: string): boolean => found(text, words).length > 0;

/** Of a clause as rules see it (`readable`). */
export function moodOf(clause: string): Mood {
  if (isSaid(solved, clause)) return 'solved';
  if (isSaid(past, clause)) return 'past';
  if (isSaid(wish, clause) || wishes.some((one) => one.test(clause))) return 'wish';
  if (isSaid(tried, clause)) return 'tried';
  if (isSaid(unaffected, clause)) return 'works';
  return isSaid(works, clause) && !isSaid(denies, clause) ? 'works' : 'plain';
}
