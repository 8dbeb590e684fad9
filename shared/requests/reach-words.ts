import type { WordList } from './words.ts';

/** Words that say how many are hit: English, German, Japanese; umlauts written out. Our own lists. */
export const reachWords: Record<'everyone' | 'one' | 'denied', WordList> = {
  everyone:
    'all users*, all of our users*, all staff, all employees*, everyone*, everybody*, nobody can*, no one can*, whole company*, entire company*, whole organi*, entire organi*, entire tenant*, all mailboxes*, alle benutzer*, alle nutzer*, alle mitarbeiter*, alle kollegen*, niemand kann*, ganze firma*, gesamte firma*, gesamte unternehmen*, ganze unternehmen*, 全員, 全ユーザー, 全社, 誰も, 全ての利用者, すべてのユーザー, 全従業員',
  one: 'only me, just me, one user, a single user, only one user*, one person, only one person, one employee, a single employee, one colleague, nur ich, nur bei mir, nur mein*, ein benutzer, ein einzelner benutzer, einem benutzer, einer benutzerin, eine benutzerin, ein mitarbeiter, einem mitarbeiter, eine mitarbeiterin, einer mitarbeiterin, ein einzelner, 私だけ, 自分だけ, 一人だけ, 1 人だけ, 1 名のみ, 一名のみ, 特定のユーザーのみ',
  /** These hold words of the list above and take them back. */
  denied:
    'not everyone*, not everybody*, not all users*, not all of our users*, not all staff, not only me, not just me, nicht alle*, nicht nur ich, nicht nur bei mir, 全員ではな, 私だけではな, 自分だけではな',
};
