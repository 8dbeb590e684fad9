/** A word that is not meant as a product's name or as the desk's business, and what is read in its place. */
export type Rewriting = readonly [meant: RegExp, read: string];

/** Rewritings of one matter, and what a text without has none of: most texts have little of all this. */
type Matter = readonly [sign: RegExp, all: readonly Rewriting[]];

const notMail = '(?:(?!e?mails? |messages? |nachricht\\w* )\\w+ )';
const adverbs =
  '(?:too |very |much |always |often |again |to work |for work |(?:an?|\\w+) (?:minutes?|hours?|days?|weeks?) ){0,3}';
const isLate = '(?:is|are|was|were|comes?|came|arrives?|arrived|has been|have been|keeps coming|delivers?)';
const kommt = '(?:kommt|kam|kommen|kamen|ist|war|sind|waren|erscheint|trifft|traf|liefert)';
const kunden = '(?:kunde\\w* |extern\\w* |empfaenger\\w* |mandant\\w* )';
const spaet = '(?:zu spaet|spaet|verspaetet|verzoegert|verspaetung)';
const nextDays = '(?:tomorrow|next (?:week|month)|(?:next|on|this) (?:mon|tues|wednes|thurs|fri)day)';
const spaeter =
  '(?:(?<!heute |seit |gestern |jeden |am |diesen |frueh )morgen|uebermorgen|naechste\\w* woche|am (?:montag|dienstag|mittwoch|donnerstag|freitag))';

/**
 * People, parcels, papers and appointments: what is late, does not answer or cannot come without anything being broken. Read
 * against readable text, of a whole request or of one clause. Our own list.
 */
const matters: readonly Matter[] = [
  // People, and what brings goods.
  [
    /late |delayed |missing |spaet|verzoegert |遅|届/,
    [
      [
        new RegExp(
          ` (?:employees?|colleagues?|trainees?|(?:our|my|the|his|her) (?:boss|manager)|he|she|suppliers?|vendors?|couriers?|trains?|(?<!service )bus|flight|plane|parcels?|(?<!software |app )packages?|shipments?|goods|truck|lorry) ${isLate} ${adverbs}(?:late|delayed) `,
          'g',
        ),
        ' ',
      ],
      [/ (?:goods|parcels?|(?<!software |app )packages?|shipments?) (?:too |very |always )?(?:late|delayed) /g, ' '],
      [
        new RegExp(
          ` (?:mitarbeiter(?:in)?|kolleg(?:e|in)|azubis?|lehrling|chef(?:in)?|zug|(?<!service )bus|lieferant(?:en)?|kurier|pakete?|paeckchen|lieferung(?:en)?|waren?|bestellung|sendung) ${kommt} ${notMail}{0,4}${spaet} (?:an )?`,
          'g',
        ),
        ' ',
      ],
      [
        /(?<!メールの?)(?:荷物|宅配便?|配達|配送|納品|小包|商品|電車|社員|従業員|業者)(?:の(?:配達|配送|到着|お届け))?[がはも](?:まだ|とても|また)?(?:遅れ|遅い|遅く|届か|届き)(?:ています|てい[るた]|ました|ません|ない)?/g,
        ' ',
      ],
      [/遅刻(?:しています|しました|します|して|した|する)?/g, ' '],
      [/ (?:people|colleagues|guests) (?:always |often )?(?:join|come|arrive)s? (?:too |very )?late /g, ' '],
      [/会議に遅れ(?:ます|る|ました|そう|て)[^ ]{0,3}/g, ' '],
      [/ (?:pays?|paid|zahl(?:t|en)|bezahl(?:t|en)) (?:\w+ ){0,3}(?:late|spaet|verspaetet) /g, ' '],
      [/(?:支払い?|入金)[がはも]?遅[れいく][^ ]{0,4}/g, ' '],
    ],
  ],
  // People who do not answer, and letters of paper.
  [
    / (?:not|never|t|nobody|stopped|answer\w*|respond\w*|repl\w+|antwort\w*|reagier\w*|beantwortet|postal|paper|registered|snail) |返/,
    [
      [/ (?:postal|paper|registered|snail) mails? /g, ' '],
      [
        / (?:not|never|t|nobody|stopped) (?:answer\w*|repl(?:y|ies|ying)|respond\w*) (?:to )?(?:(?:my|our|his|her|the|any) )?(?:e )?e?mails? /g,
        ' ',
      ],
      [
        / (?:answer|repl(?:y|ie)|respond)(?:s|ed|d)? (?:to )?(?:(?:our|my|the|his|her|all) )?(?:e )?(?:e?mails?|messages?) (?:too |very |always )?late /g,
        ' ',
      ],
      [/ beantwortet (?:\w+ ){0,2}(?:e )?e?mails? (?:\w+ ){0,2}(?:spaet|nicht|nie) /g, ' '],
      [
        / (?:antwortet|antworten|reagiert|reagieren) (?:\w+ ){0,2}(?:nicht|nie|kaum) (?:mehr )?auf (?:\w+ )?(?:e )?e?mails? (?:(?:von|aus) \w+ )?/g,
        ' ',
      ],
      [/メール(?:の返事が(?:ありません|ない|来ない|来ません)|に返[事信]を?し(?:ない|ません|てくれ))/g, ' '],
    ],
  ],
  // Papers that this partner sends; a customer's own papers to its customers are mail.
  [
    / (?:invoice|bill|receipt|contract|quote|rechnung|gutschrift|vertrag|angebot) |書/,
    [
      [
        new RegExp(
          ` (invoice|bill|receipt|contract|quote) (?:(?:e )?e?mail |letter )?${isLate} ${notMail}{0,4}(?:late|delayed|missing) (?!(?:\\w+ ){0,2}(?:customers?|clients?|recipients?) )`,
          'g',
        ),
        ' $1 ',
      ],
      [
        new RegExp(
          ` (rechnung|gutschrift|vertrag|angebot) (?:\\w+ ){0,3}${kommt} (?:(?!${kunden})\\w+ ){0,4}${spaet} (?!(?:\\w+ ){0,3}${kunden})`,
          'g',
        ),
        ' $1 ',
      ],
      [
        /(請求書|領収書|見積書|契約書)(?:の?メール)?[がはも] ?(?:\d+ ?(?:日|週間|[かヶ]月))? ?遅[れくい](?:て届[^ ]{0,6})?/g,
        ' $1 ',
      ],
    ],
  ],
  // Whoever cannot come another day is not kept out by a fault.
  [
    / (?:join|attend|come|make|take|teilnehmen|beitreten|dabei|kommen) |参加|出席/,
    [
      [
        new RegExp(
          ` (?:can t|cannot|can not|unable to|not able to|will not|won t) (?:be able to )?(?:join|attend|come to|make|take part in) (?:\\w+ ){0,5}${nextDays} `,
          'g',
        ),
        ' ',
      ],
      [
        new RegExp(
          ` ${nextDays} (?:\\w+ ){0,2}(?:can t|cannot|can not|unable to) (?:join|attend|come to|make) (?:(?:the|our|a) )?(?:meeting|call)? ?`,
          'g',
        ),
        ' ',
      ],
      [
        new RegExp(
          ` (?:kann|koennen|koennte\\w*) (?:\\w+ ){0,5}${spaeter} (?:\\w+ ){0,6}(?:teilnehmen|beitreten|dabei sein|kommen) `,
          'g',
        ),
        ' ',
      ],
      [/(?:明日|明後日|来週|[月火水木金]曜日の)(?:(?!から)[^ ]){0,15}(?:参加|出席)(?:でき|し)(?:ません|ない|ず)/g, ' '],
    ],
  ],
  // Teams of people, and excelling.
  [
    / die teams | tausch| excel /,
    [
      [/ die teams (?=unserer |der |aus |von |in der |in den )/g, ' '],
      // The product is one: “Teams geht nicht”.
      [
        / die teams (?!besprech|anruf|sitzung|konferenz|nachricht|datei|raeum|kanael|lizenz|telefon|einladung|aufzeichnung|gruppen)(?=\w+en |sind )/g,
        ' ',
      ],
      [/ (?:tauschen|tauscht) sich (?:\w+ )?(?:nicht )?(?:\w+ )?aus /g, ' '],
      [/ (?:people|team|staff|colleagues|employees|students|he|she|who) excel (?=at |in )/g, ' '],
      [/ excel (?=at (?:their|his|her|what) )/g, ' '],
    ],
  ],
  // Named as a comparison, as an address, or as the way round.
  [
    /google|gmail|zoom|amazon|youtube|webex|slack|whatsapp/,
    [
      [/ (?:also|even|auch|sogar|like|wie|and also) (?:at |bei |to |on )?(?:google|gmail|zoom|amazon|youtube) /g, ' '],
      [/ (?:to|from|at|an|von|bei|via) (?:\w+ )?gmail /g, ' outside '],
      [/ gmail (?=(?:address|account|user|recipient|adress|konto|konten|empfaenger|too|also|auch)\w* )/g, ' outside '],
      [
        / (?:use|uses|using|used|switched to|nutzen|verwenden) (?:zoom|webex|slack|google meet|whatsapp) (?=for now|instead|meanwhile|until|stattdessen|solange|vorerst)/g,
        ' ',
      ],
    ],
  ],
];

/** Twice, for two of them side by side share the space between them. */
export function rewritten(text: string, [meant, instead]: Rewriting): string {
  const once = text.replace(meant, instead);
  return once === text ? text : once.replace(meant, instead);
}

/** A readable text without what people, parcels, papers and appointments do. */
export const withoutMatters = (text: string): string =>
  matters.reduce((left, [sign, all]) => (sign.test(left) ? all.reduce(rewritten, left) : left), text);
