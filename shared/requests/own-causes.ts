import type { WordList } from './words.ts';

type OwnCause = { name: string; words: WordList; patterns?: readonly RegExp[]; ofOnePerson?: true };

/** What speaks for a cause at the customer's side, or for one person's matter. Our own list; umlauts are written out. */
export const ownCauses: readonly OwnCause[] = [
  {
    name: 'a change of its own',
    patterns: [
      / (?:since|after) (?:we|i|our \w+|my \w+) (?:\w+ )?\w+ed /,
      / since (?:we|i) (?:put|set|took|made|gave|got rid|built|cut) /,
      / (?:seit|nachdem) (?:wir|ich|unsere?r?|meine?) (?!(?:heute|morgen|arbeitsbeginn)).*(?:haben|habe|hat|wurde) /,
      /(?:て|で)から(?!は)(?!届).{0,30}(?:だけ|ない|ません|なく)/,
    ],
    words:
      'since we changed, since our, since i changed, since we moved, since we switched, since we resized, since we installed, since we migrated, reinstall*, was changed by, we changed our, put in a new, new proxy, changed the rules, seit wir, seit unser*, seit ich, nachdem wir, nachdem ich, umgebaut*, umgezogen*, umgestellt haben, neuinstall*, geaendert habe, geaendert wurde, 変えたら, 変えてから, 変更してから, 変更したら, 入れ替えて, 交換してから, 機種変更, 移転し, 自分たちで, new phone, new iphone, neues handy, neue handy*, neues telefon',
  },
  {
    name: 'its own network, devices or software',
    words:
      'our firewall*, our proxy*, our router*, our own*, our gateway*, own gateway*, router*, internet down, headset, is broken, disk full, drive c, is full, old laptop*, reception, bad connection*, connection is bad*, slow internet*, internet slow*, internet is slow*, laptop is slow*, computer is slow*, internet ist langsam*, internet langsam*, laptop ist langsam*, rechner ist langsam*, インターネットが遅, パソコンが遅, on the train, other program*, webcam, barracuda*, printer*, unsere firewall*, unser proxy*, unserer firewall*, unser router*, eigene*, headset, ersatzheadset*, kaputt*, festplatte*, ist voll, papierstau*, drucker*, wlan*, schlechter empfang, netz schlecht*, im zug, webcam, 電波, 他のソフト, 買い替え, 社内プロキシ, ルーター, 故障, 壊れ, 容量不足, 空き容量, ネットワーク機器',
  },
  {
    name: 'an account or password of one person',
    ofOnePerson: true,
    words:
      'locked, locked out, unlock*, forgot*, forgotten*, wrong password*, password wrong*, typed his password*, mistyped*, password has expired*, password expired*, i must have*, passwort abgelaufen*, kennwort abgelaufen*, passwort ist abgelaufen*, kennwort ist abgelaufen*, falsch eingegeben*, bin gesperrt*, by mistake, gesperrt*, entsperr*, vergess*, versehentlich*, 忘れ, ロックされ, 間違え, 間違って, パスワードの期限',
  },
  {
    name: 'a permission or limit',
    words:
      'permission*, the right to see, not allowed, limit, limit of, berechtigung*, berechtig*, gewaehren, obergrenze*, 権限, 上限, 制限に',
  },
  {
    name: 'one person, device or object only',
    patterns: [
      / (?:only|just) (?:mails?|emails?|messages?) to /,
      / (?:one|a single) (?:company|customer|recipient|domain|supplier) /,
      / nur (?:e )?mails? an /,
      / (?:an|bei|von) (?:eine|einer|einen|einem) (?:einzelnen? )?(?:firma|kunden|kunde|empfaenger|domaene|lieferanten) /,
      /(?:一|1 ?)(?:社|人|名|台|件|通|つ)だけ/,
      /(?:自分|私|僕)(?:の [^ ]{1,20} ?)?だけ/,
    ],
    words:
      'only this machine, only on this, only one, only me, just me, just one user, one user, one customer, on my colleague, others run, others open, others can, the rest of*, all other*, a single, only in our, nur ein pc, nur ein rechner, nur ein benutzer, nur eine person, nur ein postfach, nur bei mir, nur an, nur in, einzeln*, auf einem pc, auf meinem pc, am anderen rechner auch, alle anderen, an einen kunden, 私だけ, 一人だけ, 1 台だけ, 一台だけ, だけteams, 一つだけ, 1 通だけ, 他の人は, 私の pc, 支店だけ, だけ会議, 大阪だけ',
  },
  {
    name: 'what something costs',
    words: 'cost, costs, price*, pricing*, billing*, kosten*, preis, preise*, 料金, 費用, 価格',
  },
  {
    name: 'a provider of its own',
    words:
      'our provider*, the provider*, telephone provider*, internet provider*, telefonanbieter*, unser anbieter*, der anbieter*, provider, 電話会社, 業者, プロバイダ',
  },
  {
    name: 'a recipient who is gone',
    words: 'user unknown*, recipient unknown*, have left, has left, empfaenger unbekannt*, arbeitet*, 退職, 宛先不明',
  },
];

/** Many people at once. */
export const manyPeople: WordList =
  'people are, people can*, dozen*, most of*, everyone, everybody, all users*, all of us, all employees*, all staff, several people, several users*, many users*, dozens*, others in, colleagues have, colleagues, same for*, my boss too, whole*, nobody*, no one*, none of us*, none of our*, every user*, all pcs, all our*, all outside*, alle, allen, mehrere*, mehreren*, vielen benutzern*, kollegen*, keiner*, niemand*, ganze*, ganzen*, 全員, 全社, 全部, 皆, 誰も, 複数, 同僚も, 何人も, 数名, 全台, 部署, 社員';
