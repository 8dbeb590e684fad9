/**
 * What people write when they ask about money, subscriptions, or how to do something, and when something is broken: English,
 * German, Japanese. Umlauts are written out, as in the texts they are held against. Our own list.
 */
export const categoryWords = {
  billing:
    'bills, the bill, our bill, my bill, a bill, your bill, azure bill, monthly bill, last bill, billed*, billing*, we were charged, charged for, charged twice, charged our, charged us, we are charged, overcharg*, credit note*, refund*, pricing*, cost, costs, costing, reconciliation*, wrong amount*, paid for, pay for, rechnung falsch, abrechnung*, berechnet, gutschrift*, erstattung*, kosten, abgleichsdatei*, 料金, 返金, 課金, 領収, 支払',
  /** Papers of billing: what business apps also work with, and then fail over. */
  papers:
    'invoice*, payment*, price*, rechnung*, rechnungen, zahlung*, preis, preise, preises, preisliste*, 請求, 価格, 見積',
  subscription:
    'subscription*, seat, seats, our contract*, notice period*, renew, renews, renewal*, renewing*, cancel, cancellation*, upgrade to e*, upgrade to business*, upgrade to microsoft 365*, upgrade to premium*, upgrade to plan*, downgrade to*, quota*, more licen*, new licen*, add licen*, additional licen*, order licen*, buy licen*, purchase*, reduce licen*, remove licen*, abonnement*, abo, kuendig*, verlaenger*, kontingent*, bestellen, サブスクリプション, 契約, 解約, クォータ, 追加したい, 購入したい, 減らし',
  /** What is bought, and what a broken product complains of as well. */
  licences: 'licence*, license*, licensing*, lizenz*, ライセンス',
  advisory:
    'which licen*, which plan*, what do you, what would you, should we, welche lizenz*, welchen plan*, welches produkt*, どのライセンス, どのプラン, how do i, how do we, how do you, how can, how could, how does, how to, how should, how would, best practice*, recommend*, advice*, advise*, guidance*, plan to, planning to*, migrate to, introduction to, training*, feature request*, suggestion*, roadmap*, wie kann, wie koennen, wie richte*, wie richten*, wie stelle*, empfehl*, beratung*, bewaehrte*, anleitung*, schulung*, wir planen, 方法, やり方, 使い方, 教えて, 推奨, おすすめ, ベストプラクティス, 相談, 検討して',
  /** Beside the symptoms that incidents are told apart by. */
  technical:
    'nobody can*, no one can*, nobody gets*, niemand kann*, niemand kommt*, 誰も, gone, empty, freezes, drop, stopped*, stops, wrong, crosses, red cross, by itself, forgotten, forgot my, dark, swapped, phish*, banned, is off, was off, suspicious*, ages, forever, kaputt, defekt*, leer, rotes kreuz, weg, reagiert, bricht, brechen, schliesst sich, steht still, langsam, angeklickt, vergessen, フィッシング, が空, 応答しない, 応答しません, 切れる, 切れます, 消えた, 消えました, 認識され, 忘れ, 押してしま, 壊れ, 直らない, 直りません, 遅い, access denied*, exception*, finds nothing, findet nichts, get no, gets no, laeuft nicht, bricht bei, ist voll, is full, broken*, does not, do not, did not, doesn t, don t, didn t, not work*, no longer, not compliant, not ready, not reachable, not triggered, not updated, not sent, wrong status, error code*, timeout*, timed out, times out, stuck, blocked, blocks our, black screen, blank, malware, 0x*, aadsts*, allocationfailed, no sound, odd today, strange, sound like*, like a robot, slow, outage*, keep crashing*, startet nicht, startet mit, laesst sich nicht, druckt nicht, geht nicht, oeffnet nicht, synchronisiert nicht, brauchen ewig, dauert ewig, dauern ewig, stoerung*, gestoert*, kein strom, stromausfall*, wirft, kein zugang, zugriff verweigert, haengt, おかしい, 動かない, 起動しない, 起動できません, 起動できない, 同期しない, 落ちる, 停電, 故障, タイムアウト, 印刷できません, 印刷できない, 開かない, 終わらない, 処理中のまま, 拒否され, 容量不足, 調子が',
  /** Of a product that is named, a denial says that it fails: “does not find my camera”. */
  denial:
    'not, no, never, nothing, isn t, can t, won t, aren t, wasn t, couldn t, hasn t, nicht, nichts, kein, keine, keinen, nie, ません, ない, できず, れず, なくな',
} as const;
