/** A binary heap: what comes first, by its key, is on top. */
export class Heap<T> {
  private readonly entries: T[] = [];

  /** Entries with smaller keys come first. */
  constructor(private readonly key: (entry: T) => number) {}

  get size(): number {
    return this.entries.length;
  }

  /** The first entry; there must be one. */
  get top(): T {
    return this.entries[0]!;
  }

  push(entry: T): void {
    const { entries, key } = this;
    let i = entries.push(entry) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (key(entries[parent]!) <= key(entry)) break;
      entries[i] = entries[parent]!;
      i = parent;
    }
    entries[i] = entry;
  }

  /** Takes the first entry out; there must be one. */
  pop(): T {
    const { entries, key } = this;
    const top = entries[0]!;
    const moved = entries.pop()!;
    if (entries.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= entries.length) break;
      if (child + 1 < entries.length && key(entries[child + 1]!) < key(entries[child]!)) child++;
      if (key(entries[child]!) >= key(moved)) break;
      entries[i] = entries[child]!;
      i = child;
    }
    entries[i] = moved;
    return top;
  }
}
