import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createHeap } from './heap.js';

it('a heap gives its items in order, pushes and pops mixed', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer(), { nil: undefined })), (script) => {
      const heap = createHeap<number>((a, b) => a < b);
      let model: number[] = [];
      for (const item of script) {
        if (item !== undefined) {
          heap.push(item);
          model = [...model, item].sort((a, b) => a - b);
        } else {
          expect(heap.pop()).toBe(model.shift());
        }
        expect([heap.peek(), heap.size]).toEqual([model[0], model.length]);
      }
    }),
  );
});
