/** A binary heap that gives back the item with the smallest key first, and of equal keys the one that came first. */
type MinHeap<Item> = {
  size(): number;
  push(item: Item): void;
  peek(): Item | undefined;
  pop(): Item | undefined;
  /** Drops every item the filter does not keep. */
  keep(filter: (item: Item) => boolean): void;
};

export function createMinHeap<Item>(keyOf: (item: Item) => number): MinHeap<Item> {
  type Entry = { key: number; order: number; item: Item };
  let entries: Entry[] = [];
  let lastOrder = 0;

  const compare = (a: Entry, b: Entry) => a.key - b.key || a.order - b.order;
  const isBefore = (a: number, b: number) => {
    const [first, second] = [entries[a], entries[b]];
    return first !== undefined && (second === undefined || compare(first, second) < 0);
  };
  const swap = (a: number, b: number) => {
    const [first, second] = [entries[a], entries[b]];
    if (!first || !second) return;
    entries[a] = second;
    entries[b] = first;
  };
  const rise = (start: number) => {
    for (let index = start; index > 0;) {
      const parent = (index - 1) >> 1;
      if (!isBefore(index, parent)) return;
      swap(parent, index);
      index = parent;
    }
  };
  const sink = (start: number) => {
    for (let index = start; ;) {
      const left = 2 * index + 1;
      const smaller = isBefore(left + 1, left) ? left + 1 : left;
      if (!isBefore(smaller, index)) return;
      swap(smaller, index);
      index = smaller;
    }
  };

  return {
    size: () => entries.length,
    peek: () => entries[0]?.item,
    push(item) {
      entries.push({ key: keyOf(item), order: ++lastOrder, item });
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
      // A sorted list is a heap.
      entries = entries.filter(({ item }) => filter(item)).sort(compare);
    },
  };
}
