import assert from "node:assert/strict";
import { test } from "node:test";
import { ActivationCode } from "../../lib/network";

const bits = (text: string) => Uint8Array.from(text, Number);
const code = (relu: string, pool: number[]) =>
  ActivationCode.from([
    { q: bits(relu), pieces: 2 },
    { q: Uint8Array.from(pool), pieces: 4 },
  ]);

test("pieces come back from the packed form, across word borders", () => {
  const q = Uint8Array.from({ length: 70 }, (_, k) => ((k * k) % 7) % 2);
  const packed = ActivationCode.from([{ q, pieces: 2 }]);
  assert.equal(packed.layers[0]!.packed.length, 3);
  for (const [k, piece] of q.entries()) assert.equal(packed.piece(0, k), piece);
  assert.throws(() => packed.piece(0, 70), /no unit 70 in layer 0/);
});

test("equal codes have equal keys, others don't", () => {
  assert.ok(code("0110", [3, 0]).equals(code("0110", [3, 0])));
  assert.ok(!code("0110", [3, 0]).equals(code("0111", [3, 0])));
  assert.ok(!code("0110", [3, 0]).equals(code("0110", [2, 0])));
  assert.equal(new Set([code("1", [0]).key, code("1", [0]).key, code("0", [0]).key]).size, 2);
});

test("the Hamming distance counts units over all layers", () => {
  const ones = "1".repeat(67);
  const zeros = "0".repeat(67);
  assert.equal(code(ones, [1, 2]).distance(code(zeros, [1, 3])), 68);
  assert.equal(code(ones, [1]).distance(code(ones, [1])), 0);
  assert.throws(() => code("1", [0]).distance(code("11", [0])), /1 units of 2 pieces and 2 units/);
});

test("a code prints its pieces layer by layer", () => {
  assert.equal(String(code("0110", [3, 0])), "layer 1: 0110\nlayer 2: 30");
  assert.match(String(code("0".repeat(80), [1])), /… \(80 units\)/);
});
