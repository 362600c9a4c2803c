import assert from "node:assert/strict";
import { test } from "node:test";
import { centred, type Dataset, greyscale, withPermutedLabels } from "../../lib/data";
import { random } from "../../lib/random";

const images: Dataset = {
  name: "made up",
  size: 3,
  shape: [2, 2, 3],
  inputs: random(1)
    .normals(3 * 12)
    .reduce((all, v, i) => all.fill(v, i, i + 1), new Float32Array(36)),
  labels: Uint8Array.of(0, 1, 1),
  classNames: ["a", "b"],
};

test("grey is the mean of the channels", () => {
  const grey = greyscale(images);
  assert.deepEqual(grey.shape, [2, 2, 1]);
  grey.inputs.forEach((value, i) => {
    const [r, g, b] = images.inputs.subarray(3 * i, 3 * i + 3);
    assert.ok(Math.abs(value - (r! + g! + b!) / 3) < 1e-6);
  });
  assert.equal(grey.name, "made up, grey");
  assert.throws(() => greyscale({ ...images, shape: [12] }), /expected images \[h, w, channels\]/);
});

test("a centred signal has mean 0 and largest magnitude 1, whatever its brightness and contrast", () => {
  const { inputs } = centred(images);
  for (const start of [0, 12, 24]) {
    const signal = inputs.subarray(start, start + 12);
    assert.ok(Math.abs(signal.reduce((sum, v) => sum + v, 0)) < 1e-5);
    assert.equal(Math.max(...signal.map(Math.abs)), 1);
  }
  const brighter = centred({ ...images, inputs: images.inputs.map((v) => 3 * v + 7) });
  assert.ok(brighter.inputs.every((v, i) => Math.abs(v - inputs[i]!) < 1e-5));
  const constant = centred({ ...images, inputs: new Float32Array(36).fill(0.25) });
  assert.ok(constant.inputs.every((v) => v === 0));
});

test("permuted labels keep their shares, not their places; the signals stay", () => {
  const labels = Uint8Array.from({ length: 1000 }, (_, n) => n % 10);
  const data = { ...images, size: 1000, labels };
  const permuted = withPermutedLabels(data, random(2));
  assert.deepEqual([...permuted.labels].sort(), [...labels].sort());
  const same = permuted.labels.filter((label, n) => label === labels[n]).length;
  assert.ok(same > 60 && same < 140, `${same} of 1000 kept`);
  assert.equal(permuted.inputs, data.inputs);
  assert.equal(labels[1], 1);
});
