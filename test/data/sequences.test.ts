import assert from "node:assert/strict";
import { test } from "node:test";
import { addTask, type Dataset, pixelSequences, toyReviews } from "../../lib/data";
import { random } from "../../lib/random";

const images: Dataset = {
  name: "ramps",
  size: 2,
  shape: [4, 4, 1],
  inputs: Float32Array.from({ length: 32 }, (_, i) => i),
  labels: Uint8Array.of(0, 1),
  classNames: ["a", "b"],
};

test("images become sequences of rows or of pixels, pooled and permuted alike", () => {
  assert.deepEqual(pixelSequences(images).shape, [4, 4]);
  assert.deepEqual(pixelSequences(images).inputs, images.inputs);
  const pooled = pixelSequences(images, { read: "pixels", pool: 2 });
  assert.deepEqual(pooled.shape, [4, 1]);
  assert.deepEqual([...pooled.inputs], [2.5, 4.5, 10.5, 12.5, 18.5, 20.5, 26.5, 28.5]);
  const permuted = pixelSequences(images, { permutation: random(1) });
  const [first, second] = [permuted.inputs.subarray(0, 16), permuted.inputs.subarray(16)];
  assert.notDeepEqual(first, images.inputs.subarray(0, 16));
  assert.deepEqual(
    [...first].sort((a, b) => a - b),
    [...images.inputs.subarray(0, 16)],
  );
  assert.deepEqual(
    first.map((v) => v + 16),
    second,
  );
  assert.throws(() => pixelSequences(images, { pool: 3 }), /3 × 3 don't divide 4 × 4/);
  assert.throws(() => pixelSequences(pooled), /expected grey images/);
});

test("the class of the add task is the sum of the two marked bits, one in each half", () => {
  const data = addTask({ count: 200, steps: 9, random: random(2) });
  const seen = new Set<number>();
  for (let n = 0; n < data.size; n++) {
    const steps = Array.from({ length: 9 }, (_, t) =>
      data.inputs.subarray(n * 18 + 2 * t).slice(0, 2),
    );
    const marked = steps.flatMap(([, marker], t) => (marker === 1 ? [t] : []));
    assert.equal(marked.length, 2);
    assert.ok(marked[0]! < 4 && marked[1]! >= 4);
    assert.equal(data.labels[n], steps[marked[0]!]![0]! + steps[marked[1]!]![0]!);
    seen.add(data.labels[n]!);
  }
  assert.equal(seen.size, 3);
  assert.throws(() => addTask({ count: 1, steps: 1, random: random(1) }), /two steps or more/);
});

test("a toy review is negative where an adjective is, or where not stands before a good one", () => {
  const data = toyReviews({ count: 200, random: random(3) });
  const [steps, size] = data.shape as [number, number];
  for (let n = 0; n < data.size; n++) {
    const words = Array.from({ length: steps }, (_, t) => {
      const row = data.inputs.subarray((n * steps + t) * size, (n * steps + t + 1) * size);
      assert.equal(
        row.reduce((sum, v) => sum + v, 0),
        1,
      );
      return data.vocabulary[row.indexOf(1)]!;
    });
    const praise = words.some((word) => ["good", "fine", "moving", "clever"].includes(word));
    assert.equal(
      data.classNames[data.labels[n]!],
      praise !== words.includes("not") ? "positive" : "negative",
    );
  }
  assert.throws(() => toyReviews({ count: 0, random: random(1) }), /0 sentences/);
});
