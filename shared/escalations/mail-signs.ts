import { hashOf } from '../core/hash.ts';

/** What the new text of one of Microsoft's mails says, beyond its words. `engineer` is a hash of the name. */
export type MailSigns = { needsAnswer: boolean; isClosed: boolean; isReceipt: boolean; engineer?: string };

const courtesy =
  /(?:any (?:further |other |additional )?(?:questions|concerns)|do not hesitate|don't hesitate|zögern sie nicht|(?:weitere )?(?:rück)?fragen haben|bei (?:rück)?fragen|ご不明な点|ご質問がございましたら|survey|umfrage|アンケート)/iu;

const request =
  /\b(?:please|kindly)\s+(?:provide|send|share|confirm|reply|respond|upload|attach|run|collect|grant|tell|answer|let (?:me|us) know)\b|\b(?:could|can|would) you\b|\bwe (?:still |also |will )?need\b|\b(?:waiting for|awaiting) your\b|\bbitte\b[^.!?]{0,80}\b(?:senden|schicken|teilen|bestätigen|stellen|übermitteln|antworten|geben|lassen|führen|nennen|hochladen)\b|\b(?:könnten|können|würden) sie\b|\bwir (?:benötigen|brauchen)\b|ご(?:提供|教示|返信|回答|送付)(?:ください|くださ|いただ|を?お?願|頂)|(?:教えて|お知らせ|お送り|ご確認)(?:ください|くださ|いただ|頂|願)/iu;

const closing =
  /\b(?:case|request|ticket|incident)\b[^.!?]{0,60}?\b(?:has|have|was|is)(?: now| been| being| hereby)* (?:closed|archived)\b|\b(?:i|we)(?: have|'ve)?(?: now)? (?:closed|archived) (?:the|this|your)\b|\b(?:closed|archived) (?:this|the|your) (?:support )?(?:case|request|ticket)\b|\b(?:wird|wurde|ist|haben wir|habe ich)\b[^.!?]{0,60}\b(?:geschlossen|archiviert)\b|(?:クローズ|アーカイブ|終了)(?:いたし|致し|し|とさせていただき|させていただき)(?:まし|ます)/iu;
/** Announced on a condition, denied, asked or taken back: the case is not closed. */
const unlessSo =
  /\b(?:if|unless|before|until|once|when|not|reopen(?:ed)?|related|previous|other|earlier|may|would|falls|wenn|sofern|bevor|sobald|nicht|erst|frühere[rns]?|andere[rns]?)\b|もし|場合|まで|前に|ない|いませ|よろし|別の|以前/iu;

/** Sent by a machine when the case begins. */
const receipt =
  /\b(?:case|request|ticket)\b[^.!?]{0,60}\b(?:has been|was) (?:successfully )?(?:created|opened|received|submitted|registered)\b|\b(?:anfrage|fall|ticket)\b[^.!?]{0,60}\bwurde\b[^.!?]{0,60}\b(?:erstellt|eröffnet|empfangen|erfasst|registriert)\b|(?:受け付けました|受付いたしました|作成されました|登録されました)/iu;

const introduction = [
  /\bmy name is ([\p{Lu}][\p{L}'’-]+(?: [\p{Lu}][\p{L}'’.-]+){0,2})/u,
  /\bmein Name ist ([\p{Lu}][\p{L}'’-]+(?: [\p{Lu}][\p{L}'’.-]+){0,2})/u,
  /担当(?:いたします|の|させていただきます)?\s*([\p{Script=Han}\p{Script=Katakana}]{2,8})\s*と申します/u,
];

const sentencesOf = (text: string): string[] =>
  text
    .replaceAll(/([^\n])\n(?=[^\n])/gu, '$1 ')
    .split(/(?<=[.!?])\s+|(?<=[。！？])|\n+/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');

/** Reads English, German and Japanese. A closing counts only where it is said plainly: too late is better than too early. */
export function signsIn(said: string): MailSigns {
  const sentences = sentencesOf(said.normalize('NFKC'));
  const name = introduction.map((pattern) => pattern.exec(said)?.[1]).find((found) => found !== undefined);
  const isClosed = sentences.some(
    (sentence) => closing.test(sentence) && !unlessSo.test(sentence) && !/[?？]$|か。$/u.test(sentence),
  );
  return {
    isClosed,
    isReceipt: !isClosed && name === undefined && sentences.some((sentence) => receipt.test(sentence)),
    needsAnswer: !isClosed && sentences.some((sentence) => request.test(sentence) && !courtesy.test(sentence)),
    ...(name !== undefined && { engineer: hashOf('engineer', name).slice(0, 12) }),
  };
}
