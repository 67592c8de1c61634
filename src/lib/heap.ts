/** A binary heap: `pop` gives the item that stands before all others. Equal items come in no particular order. */
export interface Heap<T> {
  push(item: T): void;
  pop(): T | undefined;
  peek(): T | undefined;
  readonly size: number;
}

export function createHeap<T>(before: (a: T, b: T) => boolean): Heap<T> {
  const items: T[] = [];
  const precedes = (a: number, b: number) => before(items[a] as T, items[b] as T);
  const swap = (a: number, b: number) => {
    [items[a], items[b]] = [items[b] as T, items[a] as T];
  };
  const sink = () => {
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      if (left >= items.length) return;
      const child = left + 1 < items.length && precedes(left + 1, left) ? left + 1 : left;
      if (!precedes(child, at)) return;
      swap(child, at);
      at = child;
    }
  };
  return {
    get size() {
      return items.length;
    },
    peek: () => items[0],
    push(item) {
      items.push(item);
      for (let at = items.length - 1; at > 0 && precedes(at, (at - 1) >> 1); at = (at - 1) >> 1)
        swap(at, (at - 1) >> 1);
    },
    pop() {
      if (items.length > 0) swap(0, items.length - 1);
      const first = items.pop();
      sink();
      return first;
    },
  };
}
