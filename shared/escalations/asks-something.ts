/** Words by which somebody at support waits for an answer, in the languages in which most cases are held. */
const wishes = [
  /[?？]/u,
  /\b(?:please|kindly|could you|can you|would you)\b[^.]{0,80}\b(?:provide|send|share|confirm|reply|respond|let (?:me|us) know|upload|attach|run|collect|check|advise)\b/i,
  /\b(?:awaiting|waiting for) your (?:reply|response|answer|confirmation|feedback)\b/i,
  /\bbitte\b[^.]{0,80}\b(?:senden|schicken|bestätigen|teilen|antworten|prüfen|geben|stellen|laden)\b/i,
  /(?:ご返信|ご回答|ご連絡|ご確認|ご提供|お送り|お知らせ)(?:を)?(?:ください|下さい|お願い|いただ)/u,
];

/** Quoted lines are what was said before. */
const quoted = /^\s*>.*$/gm;

/** Whether a message of Microsoft's wants an answer. A hint: what it misses is still told as a message. */
export function asksSomething(text: string): boolean {
  const own = text.replace(quoted, '');
  return wishes.some((wish) => wish.test(own));
}
