import assert from "node:assert/strict";
import { test } from "node:test";
import { type Complex, partition, random, type Slice } from "../../lib";
import { readSlice } from "../../lib/partition/Slice";
import { specimen } from "./randomNetworks";

/** Sizes of a complex, and the codes of its cells whatever their order. */
function combinatorics(complex: Complex): unknown {
  const codes = Array.from({ length: complex.cellCount }, (_, i) => complex.code(i).key);
  return {
    sizes: [complex.vertexCount, complex.edgeCount, complex.cellsPerLayer],
    codes: codes.sort(),
  };
}

const negated = (v: ArrayLike<number>): Float64Array => Float64Array.from(v, (x) => -x);

const MOVES: Record<string, (slice: Slice) => { slice: Slice; scale: number }> = {
  "a quarter turn": ({ origin, e1, e2 }) => ({
    slice: { origin, e1: e2, e2: negated(e1) },
    scale: 1,
  }),
  "a reflection": ({ origin, e1, e2 }) => ({ slice: { origin, e1, e2: negated(e2) }, scale: 1 }),
  "scaling by 2^-9": (slice) => ({ slice, scale: 2 ** -9 }),
  "scaling by 2^20": (slice) => ({ slice, scale: 2 ** 20 }),
};

for (const [name, move] of Object.entries(MOVES)) {
  test(`${name} leaves the combinatorics as they are`, () => {
    for (let i = 0; i < 40; i++) {
      const { net, slice: given, name: which } = specimen(random(1000 + i), i);
      const first = readSlice(given, net.inputSize);
      const box = (r: number): [number, number][] => [
        [-r, -r],
        [r, r],
      ];
      const moved = move(first);
      const scaled = (v: ArrayLike<number>) => Float64Array.from(v, (x) => x / moved.scale);
      const { origin, e1, e2 } = moved.slice;
      const slice = { origin, e1: scaled(e1), e2: scaled(e2) };
      assert.deepEqual(
        combinatorics(partition(net, { domain: box(0.5 * moved.scale), slice })),
        combinatorics(partition(net, { domain: box(0.5), slice: first })),
        which,
      );
    }
  });
}
