import { c, type Concept } from './concept.ts';

/**
 * What goes wrong, in English, German (umlauts written out) and Japanese. "It fails" is said of everything and weighs little.
 * Words that leave it open stand in more than one. Our own list.
 */
export const symptoms: readonly Concept[] = [
  c(
    ['late', 'late or slow'],
    1,
    'delay*, late, slow*, latency*, lag, lagging*, crawl*, takes long*, takes ages, takes forever, for ages, takes minutes, take minutes, takes seconds, hours behind, hour late, hours late, hours later*, hours after*, minutes after*, never arriv*, not arriv*, not receiv*, none arriv*, never got, still can t*, still cannot*, still not*, still nothing*, time out*, times out*, timeout*',
    'verzoeger*, langsam*, spaet*, verspaet*, brauchen ewig*, braucht ewig*, dauert*, stunden spaeter*, stunde spaeter, minuten spaeter*, schneckentempo*, brauchen minuten*, kommen nicht an*, kommt nicht an*, kommt keine*, braucht minuten*, zeitueberschreit*, traege*, immer noch nicht*, noch immer nicht*, noch immer kein*, immer noch kein*',
    '遅延, 遅い, 遅く, 遅れ, 重すぎ, 時間がかか, 何分もかか, 分くらいかか, 秒かか, 分ほどかか, 時間以上, 時間ほど, 届かない, 届きません, 届いていない, 終わらない, タイムアウト, もかかり, まだ何も, まだ使え, まだ届, まだ反映',
    'held up, backlog*, queued*, not going out*, not go out*, outbox*, stockt, stocken, hinkt*, hinken*, verspaetung*, trudel*, postausgang*, dauert stunden, laenger als sonst, longer than usual, longer than normal, minutes to load, taking minutes, taking hours, took hours, took an hour, takes hours, takes an hour, sluggish*, im kriechgang, zaeh*, lahm*, 反映されるまで, もたつ, のろい, 鈍い, 遅すぎ, 待たされ, 時間後, 分後',
    'einer stunde, zwei stunden, warten auf, wait for, waiting for, still no, noch nicht, まだ有効, 滞留, 時間差, 遅れます',
    'kommt nicht, kommen nicht, vergeblich*',
  ),
  c(
    ['returned', 'refused or returned'],
    1,
    'bounc*, ndr*, ndrs, non delivery*, undeliver*, returned*, returns with, came back, coming back, comes back, sent back, reject*, access denied, unzustellbar*, unzustellbarkeit*, abgewiesen*, abgelehnt*, kommen zurueck*, kommt zurueck*, kam zurueck*, zurueckgewiesen*',
    '拒否, メールが戻, 返送, 配信不能, 配信できません, エラーで戻, で戻, 返ってく, 戻ってき, 戻され, 不達',
    'mailer daemon*, delivery failed*, delivery failure*, not delivered*, zustellfehler*, nicht zugestellt*, prallen*, zurueckgeschickt*, bounce*, kommen alle zurueck*, wieder zurueck*, エラーメール, 送り返, はじかれ, 弾かれ, 届けられません',
  ),
  c(
    ['unavailable', 'not available'],
    1,
    'down, outage*, unavailable*, not available*, unreachable*, not reachable*, cannot access*, can t access*, unable to access*, t open*, not open*, cannot open*, unable to open*, cannot reach*, can t reach*, not load*, won t load*, t load*, offline*, dead, can t connect*, cannot connect*, unable to connect*, cannot rdp, connection fail*, not connect*, can t get to, none of, 503, http 5*',
    'ausfall*, ausgefallen*, totalausfall*, nicht erreichbar*, nicht zu erreichen*, nicht verfuegbar*, stoerung*, gestoert*, laedt nicht*, laedt nichts*, nicht oeffnen*, oeffnet nicht*, oeffnet keine*, kein zugriff*, keinen zugriff*, keine verbindung*, tot, kommt niemand*, komme nicht*, kommen nicht mehr*, kommt keiner*, kommt von uns keiner*, nirgends rein*, verbindung zu*, verliert dauernd*',
    '障害, 停止, つながらない, つながりません, 繋がらない, 繋がりません, 接続できない, 接続できません, 接続できず, アクセスできない, アクセスできません, 利用できない, 利用できません, 使えない, 使えません, 開けない, 開けません, 開けず, 開かない, 開きません, 入れない, 入れません, 入れず, 落ちている, ダウン',
    'inaccessible*, not come up*, refuses connection*, can t get in*, cannot get in*, can t get on*, timed out*, unresponsive*, not responding*, kommt nicht rein*, komme nicht rein*, kommen nicht rein*, reagiert nicht*, antwortet nicht*, lahmgelegt*, weg vom netz, 接続エラー, 入れなく, 使えなく, 開けなく, つながらなく, アクセスでき, 応答しな, 応答しま, 応答があ',
    'disconnected*, trying to connect*, getrennt*, verbindungsversuch*, verbindet sich nicht*, 接続を試み',
  ),
  c(
    ['missing', 'missing or not shown'],
    1,
    'missing*, disappear*, vanish*, not show*, t show*, no longer show*, shows nothing, lost, not appear*, not visible*, not display*, t display*, not be displayed*, is gone, are gone, nothing comes up, not found, t find, nothing new, no information, no new mail*, unable to see, unable to view, not available, outdated*',
    'fehlt, fehlen*, verschwunden*, nicht angezeigt*, nicht mehr angezeigt*, zeigt nichts*, zeigen nichts*, zeigt keine*, nichts neues*, keine neuen*, findet nichts*, findet gar*, keine ergebnisse*, keine information*, liefert nix*, nicht gefunden*, tauchen nicht*, taucht nicht*, nicht auf, sieht man nicht*, sieht man nur*, gibt es keine*, kommt nichts*',
    '消え, 表示されない, 表示されません, 表示されなく, 見えない, 見えません, 見当たら, なくなった, なくなりました, 見つから, 出てこない, 出てきません, 何も出, ヒットしな, 結果がありません, 出なくなり, 探せな',
    'no longer there*, can t see*, cannot see*, don t see*, not see*, nothing found*, comes up empty*, no longer visible*, finds nothing*, doesn t find*, zu sehen*, sehe keine*, sehen keine*, sieht keine*, keine treffer*, ohne treffer*, findet nicht*, finden nicht*, sind weg, ist weg, 空っぽ, 空欄, 空白, 見られな, 見られま, 出なく, 表示され, 反映されて',
  ),
  c(
    ['crash', 'crashes'],
    1,
    'crash*, close unexpected*, closes unexpected*, just closes, shuts down, abstuerz*, stuerzt*, schliesst sich*, beendet sich*',
    'クラッシュ, 落ちる, 落ちます, 強制終了, 勝手に閉じ, 勝手に終了',
    'quits unexpected*, shuts itself*, closes itself*, closes by itself*, on its own, schmiert*, geht einfach zu*, beendet*, closes, quits, 異常終了, 突然閉じ, 突然終了, 閉じてしま',
    'vanishes at once*, sofort weg, von selbst, 閉じる, 閉じます',
  ),
  c(
    ['interrupted', 'interrupted or of poor quality'],
    1,
    'choppy*, dropped*, drops*, drop out*, drop constantly*, cuts out*, cut out*, break up*, breaks up*, breaking up, disconnect*, interrupt*, poor quality*, poor*, bad sound*, bad quality*, bad audio*, jitter*, freez*, frozen, abgehackt*, unterbroch*, abgebroch*, abbrech*, bricht ab*, brechen ab*, brechen sofort ab*, aussetzer*, setzt aus*, friert*, ruckel*, schlechte qualit*, dauernd weg, verrauscht*, verliert dauernd*',
    '途切れ, 切断, 切れる, 切れます, 切れて, ブツブツ, フリーズ, 固ま, 止まります, 聞き取れ, カクカク, すぐ切れ',
    'stutter*, crackl*, distort*, echo*, garbled*, pixelated*, patchy*, glitch*, knackt*, knacken*, verzerrt*, verpixelt*, hakt, haken, stottert*, stottern*, zerhackt*, blechern*, abgebrochen*, verbindung abreisst*, reisst ab*, fliegen raus*, fliegt raus*, kicked out of, ノイズ, 雑音, 乱れ, 飛び飛び, プツプツ, ガクガク, 落とされ, 切られ, こえが飛',
    'terrible*, awful*, miserab*, bleiben stehen, brechen weg*, brechen die*, in and out, thrown out*, get thrown*, 聞きづら, 聞きにく, 不安定',
    'end after*, ends after*, enden nach*, stops by itself*, not start at all*, starten gar nicht*, chopped*, stall, stalls*, 途中で止ま, 細切れ, 始まりません',
  ),
  c(
    ['stuck', 'stuck'],
    1,
    'stuck*, hang, hangs*, hanging*, spinning*, spins, endless*, loads for ever, loads forever, loading screen*, loading circle*, processing changes*, never finish*, haengt*, haengen*, bleibt haengen*, endlos*, ladebildschirm*, ladekreis*, werden verarbeitet*, wird verarbeitet*, wird gesendet*, steht den ganzen*, in bearbeitung, synchronisierung steht*',
    '読み込み中, ぐるぐる, 進みません, 進まない, 進まず, 止まって, 処理しています, 処理中, 送信中, 進行中, 保留中, 動かない, 動きません, 終わらない',
    'keeps loading*, keeps spinning*, not finish*, sits at*, sitting at*, waiting*, goes nowhere*, laedt ewig*, laedt endlos*, dreht sich*, kringel*, haengt fest*, kommt nicht weiter*, kreisel*, laedt und laedt*, 止まったまま, 待機, くるくる, 終わりません, 完了しません, 完了しない, 固まった',
  ),
  c(
    ['blank', 'a blank page or screen'],
    1,
    'blank*, white page*, white screen*, nothing but white, bleibt weiss*, weisse seite*, weisser bildschirm*, bleibt leer*, leere seite*',
    '真っ白, 白い画面, 白い, 空白',
    'empty screen*, just white*, all white*, black screen*, leerer bildschirm*, schwarzer bildschirm*, nur weiss*, komplett weiss*, 白紙, 何も映ら, 白画面, 真っ黒, 白いまま',
    'black, schwarz, only black, nur schwarz*, 黒い',
  ),
  c(
    ['prompted', 'asked again and again'],
    1,
    'prompt*, asks for password*, asks for the password*, asks for my password*, asks for our password*, asks me for*, asking for password*, asking for the password*, asking for my password*, asks for credentials*, wants my password*, wants the password*, repeatedly*, again and again*, loop, loops, looping, round and round, keeps asking*, sends me to the login*, back at the login*, redirected*, asks again*, aufgefordert*, immer wieder*, im kreis, fragt dauernd*, fragt staendig*, nach dem passwor*, nach dem kennwor*, nach passwor*, nach kennwor*, nach meinem passwor*, nach meinem kennwor*, verlangt das passwor*, verlangt das kennwor*, wieder auf der anmelde*',
    'パスワードを求め, パスワードを要求, パスワードを聞, を要求され, を求められ, を聞いてく, を聞かれ, 繰り返し, 何度も, 何度サインイン, 画面に戻, ループ',
    'over and over*, signed out*, logged out*, keep having to*, kicks me out*, erneut anmeld*, staendig neu*, dauernd neu*, staendig anmeld*, dauernd anmeld*, abgemeldet*, schleife*, 毎回, 再度, ログアウトされ, また求め, 繰り返',
  ),
  c(
    ['wrong', 'wrong or misjudged'],
    0.8,
    'wrong*, incorrect*, mistaken*, false positive*, wrongly*, misclassif*, do not match*, does not match*, caught as, legit*, falsch*, faelschlich*',
    '誤, おかしい, 間違って, 入ってしまう, に振り分け, 扱いに, 検疫され, 正規の',
    'mistakenly*, flagged*, treated as*, marked as*, classified*, identified as*, markiert*, eingestuft*, aussortiert*, stimmt nicht*, stimmen nicht*, not correct*, inaccurate*, 誤判定, 誤って, 判定され, 違う状態, 正しくない, 正しく表示',
    'gelten als, gilt als, gelten ein, gelten seit, non compliant, not compliant, nicht konform*, 非準拠',
  ),
  c(
    ['expired', 'expired or denied'],
    1,
    'expired*, access denied*, denied*, no longer valid*, abgelaufen*, zugriff verweigert*, verweigert*',
    '期限切れ, アクセス拒否, 拒否, 無効',
    'invalid*, not valid*, ungueltig*, nicht mehr gueltig*, 有効期限',
  ),
  c(
    ['doubled', 'doubled'],
    1,
    'duplicate*, twice as many, doppelt*',
    '重複, 二重に',
    'twice, two or three times*, multiple times*, mehrfach*, zweimal*, dreimal*, 2 通, 3 通, 二通, 何通も同じ',
  ),
  c(
    ['failing', 'fails'],
    0.4,
    'error*, fail*, cannot, can t, cant, couldn t, unable*, not work*, doesn t, does not, broken*, trouble*, issue*, problem*, refuse*, abort*, nobody can, no one can, not able*, something went wrong*, no response*, no answer*, not running, not run, not firing',
    'fehler*, fehlermeld*, fehlgeschlagen*, schlaegt fehl*, schlagen fehl*, funktioniert nicht*, kann nicht*, kann ich keine*, koennen nicht*, koennen sich nicht*, koennen kein*, kann sich*, lassen sich nicht*, laesst sich nicht*, nicht moeglich*, unmoeglich*, geht nicht*, gehen nicht*, klappt nicht*, nicht mehr*, antwortet nicht*, schiefgegangen*, endet mit*, meldet sich nicht*, keiner kann*, niemand kann*, spinnt, nichts geht*, gar nicht*, wirkt nicht*, werden nicht*, wird nicht*',
    'エラー, 失敗, できない, できません, できず, できなく, 不具合, 動かない, 動作しない, うまくいかない, 問題が発生, かからない, かかりません, 鳴らない, 来ない, 起動しない, 答えてくれない, 返ってこない, されない, されません, 反映されない',
    'gives up*, goes wrong*, went wrong*, no luck*, scheitert*, streikt*, streiken*, tut nicht*, tut sich nichts*, abbruch*, klappt einfach nicht*, will nicht*, うまくい, 動かなく, おかしい, しません',
    'stopped*, take no effect*, no effect*, ends with*, jumps back*, reverts*, springt zurueck*, springt sie zurueck*, verschwindet*, speichert nicht*, scheitern*, bricht nach*, 保存され, 元に戻, 効かない, 効きません, 有効になら',
  ),
];

/** Words that say something about a trouble that is known otherwise, and too little to make a request a trouble. */
const hints: Readonly<Record<string, string>> = {
  unavailable: 'no access*',
  late: 'pending*, ausstehend*, 保留, later, minutes to, behind, an hour, two hours, after an hour, erst nach, erst gegen, ewig, 重い, 重く, 来ない, 来ません, 来ていない',
  missing: 'no results, come up in, not there, no ai, gives no*, none, empty, leer, nix, 古い, 出ない, 出ません',
  wrong:
    'land in, lands in, end up in, ends up in, moved to, good emails, echte mails*, landen im*, landet im*, landen seit*, unknown, unbekannt*, に入る, に入り, に入って',
  interrupted: 'bricht, brechen, faellt, fallen, quality, robot*, tonqualitaet*, ロボット, 品質',
  crash: 'closes, quits',
  stuck:
    'pending*, stuck, in progress*, ausstehend*, のまま, remain*, bleiben auf*, bleibt auf*, steht auf*, stehen auf*',
  failing:
    'gives no*, no, not, none, nothing, never, no longer, don t, didn t, isn t, won t, nicht, nichts, kein, keine, keinen, keiner, だめ, ならない, ません, ない',
};

/** The symptoms with all that hints at them: what requests and incidents are compared by. */
export const troubles: readonly Concept[] = symptoms.map((one) => {
  const hint = hints[one.id];
  return hint === undefined ? one : { ...one, words: `${one.words}, ${hint}` };
});

/**
 * What may be said of one and the same trouble in other words: someone who is unable to do something sees it missing, stuck or
 * refused. Our own default.
 */
export const kindred: Readonly<Record<string, readonly string[]>> = {
  failing: ['unavailable', 'missing', 'stuck', 'blank', 'expired', 'returned', 'prompted'],
  unavailable: ['failing', 'blank', 'stuck', 'prompted'],
  blank: ['unavailable', 'failing', 'missing'],
  missing: ['late', 'failing', 'blank'],
  late: ['stuck', 'missing'],
  stuck: ['late', 'failing', 'unavailable'],
  interrupted: ['failing', 'unavailable', 'late'],
  expired: ['failing', 'unavailable'],
  wrong: ['missing', 'stuck'],
  returned: ['failing'],
  crash: ['failing'],
  prompted: ['failing'],
};
