import { readable } from './words.ts';

/** How a clause stands to the trouble that a request is about. */
export type Standing = 'said' | 'denied' | 'fine' | 'over';

export type Clause = { text: string; standing: Standing };

/** Ends of clauses are kept, so that the clauses of a text join to the text. */
const ends =
  /((?:[.!?:;,](?=\s|$|[^\x20-\x7e]))|[\n。！？、，；–—]|\b(?:but|however|although|aber|sondern|jedoch)\b|ではなく|ですが|けれど|けど)/i;

const matters = '(?:question|issue|problem|matter|request|topic|case|thing|outage|incident)s?';

/** “This is not about X”: what is named is named in order not to be meant. Against readable text. */
const denials: readonly RegExp[] = [
  new RegExp(` (?:not|isn t) (?:a|an|any|about a|about the) (?:\\w+ ){0,3}${matters} `),
  new RegExp(` no (?:\\w+ ){0,1}${matters} `),
  / (?:not|isn t|nothing) (?:about|related to|regarding|concerning|to do with) /,
  / (?:nicht|nichts) (?:um|wegen|mit (?:\w+ ){1,3}zu tun) /,
  / kein(?:e|en)? (?:\w+ )?\w*(?:frage|problem|stoerung|ausfall|ausfaelle) /,
  /の ?(?:件|問題|質問|話|こと) ?では(?:ありません|ない|なく|$| $)/,
  /とは ?関係/,
];

/** “X works fine”: named to say that it is not the trouble. */
const fineWords: readonly RegExp[] = [
  / (?:works?|runs?|working|running) (?:fine|ok|okay|well|normally|perfectly|correctly|as expected|without problems?) /,
  / (?:is|are) (?:fine|ok|okay|not affected) /,
  / (?:funktionier(?:t|en)|laeuft|laufen|geht|gehen) (?:einwandfrei|normal|gut|problemlos) /,
  / (?:ist|sind) (?:in ordnung|nicht betroffen) /,
  /^ (?!(?:\w+ )?(?:nothing|nobody|hardly|only|nichts|nix|niemand|keiner|kaum|nur|wie|how|what|was|es|it) )(?:\w+ ){1,2}(?:works?|geht|gehen|laeuft|laufen|funktioniert|funktionieren) $/,
  /は ?(?:正常|問題な|影響な)/,
];

/** “X is not late”: the same, said by what it is not. */
const untroubled: readonly RegExp[] = [
  / (?:(?:is|are|was|were) not|isn t|aren t) (?:late|delayed|slow|down|broken|affected) /,
  / (?:ist|sind|war|waren) nicht (?:spaet|verspaetet|verzoegert|langsam|gestoert|kaputt|betroffen) /,
  /(?:遅れて|遅延して|止まって|落ちて)は?い(?:ない|ません)/,
];

const troubles =
  '(?:delays?|problems?|issues?|errors?|outages?|faults?|troubles?|disruptions?|incidents?|slowness|\\w*verzoegerung(?:en)?|\\w*stoerung(?:en)?|\\w*probleme?|\\w*fehler|\\w*ausfall)';

/** “The trouble is gone”. */
const overWords: readonly RegExp[] = [
  new RegExp(
    ` ${troubles} (?:\\w+ ){0,6}(?:gone|over|disappeared|fixed|resolved|solved|behoben|geloest|weg|vorbei|erledigt) `,
  ),
  / (?:it|this|everything) (?:is|was|has been|seems) (?:now )?(?:fixed|resolved|solved) /,
  / (?:works?|runs?|(?:is|are) (?:working|running|up)) (?:\w+ )?again /,
  / (?:fast|normal|fine|stable|good|back to normal|back up|back online) (?:again|now) /,
  / (?:funktionier(?:t|en)|laeuft|laufen|geht|gehen|klappt) (?:\w+ ){0,2}wieder /,
  / (?:hat sich (?:\w+ ){0,2}erledigt|ist wieder (?:schnell|normal|da|in ordnung)) /,
  /(?:解消|復旧|解決|回復|改善) ?(?:しました|されました|しています|されています|済み)/,
  /(?:直りました|治りました|直った|正常に戻|問題なく(?:使え|動))/,
  /(?:遅延|エラー|障害|不具合) ?[がは]? ?なくなりました/,
];

/** “Not gone yet”, “when will it be fixed”: the trouble is there. */
const veto =
  / (?:not|t|never|cannot|still|yet|when|until|if|please|how|can|could|must|needs?|should|want|will|get|nicht|noch|nie|nie mehr|wann|bitte|wie|muss|soll|wird|kann|bis|wenn|kein|keine) /;

/** “Not X but Y”. */
const contrast = /^(?:but|sondern|ではなく)$/i;
const contrasted = /^ (?:it s |it is |es ist |das ist )?(?:not|nicht|kein|keine) (?:\S+ ){1,3}$/;

function standingOf(clause: string, end: string): Standing {
  const text = readable(clause);
  if (end === 'ではなく' || (contrast.test(end) && contrasted.test(text))) return 'denied';
  const says = (patterns: readonly RegExp[]) => patterns.some((pattern) => pattern.test(text));
  if (says(denials)) return 'denied';
  if (says(untroubled)) return 'fine';
  if (veto.test(text)) return 'said';
  if (says(overWords)) return 'over';
  return says(fineWords) ? 'fine' : 'said';
}

/** The clauses of a text, in order. A text that says that the trouble is over says so of everything before. */
export function clausesOf(text: string): Clause[] {
  const pieces = text.split(ends);
  const clauses: Clause[] = [];
  for (let at = 0; at < pieces.length; at += 2) {
    const [clause = '', end = ''] = pieces.slice(at, at + 2);
    clauses.push({ text: clause + end, standing: standingOf(clause, end) });
  }
  return clauses;
}
