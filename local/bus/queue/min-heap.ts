/** A binary heap that gives back the item with the smallest key first. */
export type MinHeap<Item> = {
  size(): number;
  push(item: Item): void;
  peek(): Item | undefined;
  pop(): Item | undefined;
  /** Drops every item the filter does not keep. */
  keep(filter: (item: Item) => boolean): void;
};

export function createMinHeap<Item>(keyOf: (item: Item) => number): MinHeap<Item> {
  let entries: { key: number; item: Item }[] = [];

  const keyAt = (index: number) => entries[index]?.key ?? Infinity;
  const swap = (a: number, b: number) => {
    const [first, second] = [entries[a], entries[b]];
    if (!first || !second) return;
    entries[a] = second;
    entries[b] = first;
  };
  const rise = (start: number) => {
    for (let index = start; index > 0;) {
      const parent = (index - 1) >> 1;
      if (keyAt(parent) <= keyAt(index)) return;
      swap(parent, index);
      index = parent;
    }
  };
  const sink = (start: number) => {
    for (let index = start; ;) {
      const left = 2 * index + 1;
      const smaller = keyAt(left + 1) < keyAt(left) ? left + 1 : left;
      if (keyAt(smaller) >= keyAt(index)) return;
      swap(smaller, index);
      index = smaller;
    }
  };

  return {
    size: () => entries.length,
    peek: () => entries[0]?.item,
    push(item) {
      entries.push({ key: keyOf(item), item });
      rise(entries.length - 1);
    },
    pop() {
      const top = entries[0];
      const last = entries.pop();
      if (!top || !last) return undefined;
      if (entries.length > 0) {
        entries[0] = last;
        sink(0);
      }
      return top.item;
    },
    keep(filter) {
      // A list sorted by key is a heap.
      entries = entries.filter(({ item }) => filter(item)).sort((a, b) => a.key - b.key);
    },
  };
}
