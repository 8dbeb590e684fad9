import type { Category } from './request.ts';

type Words = { category: Exclude<Category, 'technical'>; weight: number; words: string };

/**
 * What people write when they ask about money, subscriptions, or how to do something: English, German, Japanese. Umlauts are
 * written out, as in the texts they are held against; a leading space begins a word. Our own list.
 */
export const categoryWords: readonly Words[] = [
  {
    category: 'billing',
    weight: 3,
    words:
      'invoice*, bill, bills, billed*, billing*, charged*, overcharg*, payment*, credit note*, refund*, price*, pricing*, reconciliation*, rechnung*, abrechnung*, berechnet, gutschrift*, zahlung*, preis*, erstattung*, 請求, 料金, 支払, 返金, 課金, 価格, 領収',
  },
  {
    category: 'subscription',
    weight: 3,
    words:
      'licence*, license*, licensing*, subscription*, seats*, renew*, cancel, cancellation*, upgrade to, downgrade to, quota*, transfer of subscription*, lizenz*, abonnement*, abo, kuendig*, verlaenger*, kontingent*, ライセンス, サブスクリプション, 契約, 解約, クォータ',
  },
  {
    category: 'advisory',
    weight: 3,
    words:
      'how do, how can, how to, how should, best practice*, recommend*, advice*, advise*, guidance*, plan to, planning to*, migrate to, wie kann, wie koennen, wie richte*, empfehl*, beratung*, bewaehrte*, anleitung*, 方法, やり方, 教えて, 推奨, ベストプラクティス, 相談, 検討して',
  },
];
