import type { Page } from './page.ts';
import type { Looked, PageDeps } from './page-ports.ts';

/** The newest source that still stands, as it is now; undefined where the matter is over. */
export async function stillStands({ look }: Pick<PageDeps, 'look'>, page: Page): Promise<Looked | undefined> {
  for (const source of page.sources.toReversed()) {
    const looked = await look(source, { title: false });
    if (looked?.stands === true) return looked;
  }
  return undefined;
}
