import { rewritten, withoutMatters, type Rewriting } from './everyday-matters.ts';

const people =
  'our|your|their|the|both|two|three|all|several|different|many|most|other|some|these|those|project|sales|support|development|marketing|finance|service|virtual|between|across';
const products =
  'app|apps|call|calls|chat|chats|channel|channels|meeting|meetings|client|room|rooms|phone|admin|licen|audio|message|messages|environment|tenant|site|webinar|status|outage|add|is|does|has|on|in|at';

/**
 * Words of everyday life that are also names of products or of the desk's business, by what stands around them. Read against
 * readable text (single spaces, one case, umlauts written out). Our own list.
 */
const rewritings: readonly Rewriting[] = [
  // Products whose names hold another product's name.
  [/ azure (?:ad|active directory) /g, ' entra '],
  [/ azure information protection /g, ' purview '],
  [/ (?:microsoft )?defender for cloud apps /g, ' cloud app security '],
  [/ (?:office|microsoft) 365 apps /g, ' microsoft apps '],
  [/ (?:microsoft 365|office 365|m365|o365) (?=admin )/g, ' '],
  [/ microsoft teams /g, ' msteams '],
  // Power of the other kind.
  [
    / power (?=outage|cut|failure|supply|plug|button|cord|cable|strip|grid|line|switch|on |off |is |was |has |in )/g,
    ' ',
  ],
  [/ (?:no|without) power /g, ' '],
  [/ (?:cash|work|data|traffic|information|blood|air) flows? /g, ' '],
  // Teams of people.
  [new RegExp(` (?:${people}) teams (?!(?:${products}) )`, 'g'), ' '],
  [/ teams of (?!$)/g, ' '],
  [
    / (?:unsere|unseren|beide|beiden|alle|zwischen den|mehrere|zwei|drei) teams (?!(?:besprechung|anruf|chat|app|kanal|konto))/g,
    ' ',
  ],
  [/ (?:cannot|can t|could not|do not|don t) (?:agree|decide) /g, ' '],
  [/ sich nicht (?:\w+ ){0,4}einigen /g, ' '],
  [/ (?:koennen|kann|konnten) (?=auf einen )/g, ' '],
  // To exchange, and rates.
  [
    / exchange (?=rates?|ideas|data|students?|of |the |a |an |my |your |our |his |her |it |them |this |that |between |information|business|gifts|experiences)/g,
    ' ',
  ],
  [/ (?:stock|in|an|heat|foreign) exchange /g, ' '],
  [/ (?:business|market|economic|financial|positive|weather) outlook /g, ' '],
  [/ outlook (?=for (?:the |next |this |20\d\d |q\d ))/g, ' '],
  // Words in sentences.
  [
    / (?:a|one|the|every|each|last|key|single|any|my|final|spoken) word (?!(?:document|file|template|add|online|crash|app|does|is|not|cannot|file))/g,
    ' ',
  ],
  [/ word (?=of |by |for |from |with |has it|count )/g, ' '],
  [/ (?:to|we|they|you) excel (?=at|in )/g, ' '],
  [/ (?:the )?dynamics (?=of |between |in the )/g, ' '],
  [/ forms (?=on paper |by post )/g, ' '],
  [/ (?:cancel )?(?:the |my |our )?(?:hotel|flight|travel|room|table|restaurant) bookings? /g, ' '],
  [/ bookings? (?=(?:at|of|in|for) (?:the |a |our )?(?:hotel|flight|room|table|restaurant))/g, ' '],
  [/ seats? (?=(?:in|at|on) (?:the |a |our )?(?:meeting|conference|train|bus|plane|room|theatre|canteen))/g, ' '],
  // Rooms and offices with a door.
  [/ (?:meeting|conference) rooms? (?!device|system|account|licen)/g, ' '],
  [
    / (?<!out of )(?:in|at|from|into|our|my|your|the|head|main|home|branch|post|box|back|front|new|whole|entire|every|each|sales|tax|this|im|neues|ganzen) office (?!(?:365|apps?|suite|licen\w*|activation|install\w*|programs?|version|20\d\d|documents?|files?|add|online|for the web) )/g,
    ' ',
  ],
  [
    / office (?=in |at |hours|chair|building|move|manager|party|space|room|floor|printer|door|network|wi|internet|supplies)/g,
    ' ',
  ],
  [/ azure (?=blue|sky|colou?r|tone|background)/g, ' '],
  [/ (?:event|wedding|city|tour|day|wall|paper|travel) planner /g, ' '],
  [/ (?:paper|tax|web|contact|order|application|registration) forms /g, ' '],
  [/ (?:group|team|market|fluid|social) dynamics /g, ' '],
  [/ (?:public|left|right|central) defender /g, ' '],
  // Signing up, and passwords of other things.
  [
    / anmeldung (?=(?:zum|zur|fuer (?:den|die|das)) (?:sommerfest|schulung|seminar|kurs|veranstaltung|webinar|feier|workshop|training|event))/g,
    ' ',
  ],
  [/ (?:wi fi|wifi|wlan|bios|router|guest) (?:password|passwort|kennwort) /g, ' '],
  [
    / (?:password|passwort|kennwort) (?=(?:of|for|fuer|vom|des) (?:the |our |das |den )?(?:wi fi|wifi|wlan|router|guest|bios))/g,
    ' ',
  ],
  // Money and contracts of other kinds.
  [/ in charge of (?:the )?\w+ /g, ' '],
  [/ (?:bekommt|gewinnt|gewonnen|verleihen) (?:\w+ ){0,4}preis /g, ' '],
  [/ preis (?=fuer (?:den|die|das) beste)/g, ' '],
  [/ (?:in charge of|charged? (?:the |my |our )?(?:battery|laptop|phone|headset)) /g, ' '],
  [/ (?:driver s|driving|number) licen[cs]e /g, ' '],
  [/ licen[cs]e plates? /g, ' '],
  [/ (?:newsletter|calendar|rss|channel|magazine) subscription /g, ' '],
  [
    / cancel(?:l?ed|ling)? (?=(?:a |an |the |my |our |this )?(?:meeting|appointment|event|call|invitation|flight|series))/g,
    ' ',
  ],
  [
    / renew(?:al|ed|ing)? (?=(?:of )?(?:the |my |our |a )?(?:certificate|cert|secret|password|token|domain|ssl|lease|ip))/g,
    ' ',
  ],
  [/ (?:certificate|secret|token|domain) renew\w* /g, ' '],
  [/ (?:mailbox|storage|disk|folder) quota /g, ' storage limit '],
  [/パスワード/g, ' password '],
  [/(?:キー|フォ|アワ|リ)ワード/g, ' '],
  [/(?:メーリング|採用|雇用|賃貸|保守)契約/g, ' '],
  [/会議室の ?(?=エアコン|鍵|照明|椅子|机|電気)/g, ' '],
];

/** A readable text without the words that are not meant as they look. */
export const withoutEveryday = (text: string): string => rewritings.reduce(rewritten, withoutMatters(text));
