import assert from "node:assert/strict";
import { before, describe, mock, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { random, useBackend } from "../../lib";
import { type Elementwise, fuse } from "../../lib/fused";

const BIG = [64, 2048]; // compiled
const SMALL = [3, 2]; // operation by operation
let native: boolean;

before(async () => {
  native = (await useBackend()).backend === "native";
});

const signals = ([rows, columns]: number[], seed: number): tf.Tensor =>
  tf.tensor2d(Float32Array.from(random(seed).normals(rows! * columns!)), [rows!, columns!]);

/** Largest difference, relative where values exceed 1; NaN and infinities must be the same. */
function difference(found: tf.Tensor, expected: tf.Tensor): number {
  assert.deepEqual(found.shape, expected.shape);
  const [a, b] = [found.dataSync<"float32">(), expected.dataSync<"float32">()];
  return a.reduce((most, v, i) => {
    if (Object.is(v, b[i])) return most;
    return Math.max(most, Math.abs(v - b[i]!) / Math.max(1, Math.abs(b[i]!)));
  }, 0);
}

type Unary = <V extends Elementwise<V>>(u: V) => V;
type Binary = <V extends Elementwise<V>>(u: V, v: V) => V;
const unary: Record<string, Unary> = {
  neg: (u) => u.neg(),
  abs: (u) => u.abs(),
  exp: (u) => u.exp(),
  log1p: (u) => u.abs().log1p(),
  relu: (u) => u.relu(),
  sigmoid: (u) => u.sigmoid(),
  "with numbers": (u) => u.mul(2.5).add(-1).sub(0.125).div(3).maximum(-0.3),
};
const binary: Record<string, Binary> = {
  add: (u, v) => u.add(v),
  sub: (u, v) => u.sub(v),
  mul: (u, v) => u.mul(v),
  div: (u, v) => u.div(v),
  maximum: (u, v) => u.maximum(v),
};

describe("fused formulas", () => {
  for (const [name, formula] of Object.entries(unary)) {
    test(`${name}: compiled as operation by operation`, () => {
      const fused = fuse((u) => [formula(u)]);
      tf.tidy(() => {
        for (const scale of [1, 1e-6, 40, 1e6]) {
          const u = signals(BIG, 1).mul(scale);
          assert.ok(difference(fused(u)[0]!, formula(u)) < 1e-6, `× ${scale}`);
        }
      });
    });
  }

  for (const [name, formula] of Object.entries(binary)) {
    test(`${name}: compiled as operation by operation, broadcast or not`, () => {
      const fused = fuse((u, v) => [formula(u, v!)]);
      tf.tidy(() => {
        const u = signals(BIG, 2);
        for (const v of [signals(BIG, 3), signals([1, BIG[1]!], 4), tf.tensor1d([0.3])]) {
          assert.ok(difference(fused(u, v)[0]!, formula(u, v)) < 1e-6, `[${v.shape}]`);
        }
      });
    });
  }

  test("NaN and infinities come out as operation by operation", () => {
    const formula = <V extends Elementwise<V>>(u: V) => [
      u.sigmoid(),
      u.exp(),
      u.maximum(0),
      u.relu(),
    ];
    tf.tidy(() => {
      const odd = tf.tensor1d([Number.NaN, Infinity, -Infinity, 0, 1e30, -1e30, 89, -89]);
      const u = odd.tile([1 << 14]);
      const expected = formula(u);
      fuse(formula)(u).forEach((found, k) => {
        assert.ok(difference(found, expected[k]!) < 1e-6, `output ${k}`);
      });
    });
  });

  test("keeps no tensors but its outputs, on any path", () => {
    const fused = fuse((u, v) => [u.mul(v!).exp().add(1), u.sub(v!)]);
    for (const shape of [BIG, SMALL]) {
      const [u, v] = [signals(shape, 5), signals(shape, 6)];
      const before = tf.memory().numTensors;
      const found = fused(u, v);
      assert.equal(tf.memory().numTensors, before + 2);
      tf.dispose([u, v, ...found]);
    }
  });

  test("small tensors open no session; equal formulas share one, whatever the shapes", (t) => {
    if (!native) return t.skip("the backend isn't native: nothing is compiled");
    const backend = tf.backend() as unknown as { loadSavedModelMetaGraph(): number };
    const opened = mock.method(backend, "loadSavedModelMetaGraph");
    const again = () => fuse((u) => [u.mul(0.7).sub(0.1)]);
    tf.tidy(() => {
      again()(signals(SMALL, 7));
      assert.equal(opened.mock.callCount(), 0);
      for (const rows of [64, 65, 66]) again()(signals([rows, 2048], 7));
      assert.equal(opened.mock.callCount(), 1);
    });
    opened.mock.restore();
  });

  test("where TensorFlow can't compile, it is said once, and the results are right", (t) => {
    if (!native) return t.skip("the backend isn't native: nothing is compiled");
    const backend = tf.backend() as unknown as { loadSavedModelMetaGraph(): number };
    const refusal = mock.method(backend, "loadSavedModelMetaGraph", () => {
      throw new Error("no XLA here\nand more");
    });
    const said = mock.method(console, "warn", () => {});
    tf.tidy(() => {
      const u = signals(BIG, 8);
      for (const factor of [3, 4]) {
        const found = fuse((u) => [u.mul(factor).abs()])(u)[0]!;
        assert.equal(difference(found, u.mul(factor).abs()), 0);
      }
    });
    refusal.mock.restore();
    said.mock.restore();
    assert.equal(refusal.mock.callCount(), 1);
    assert.deepEqual(
      said.mock.calls.map(({ arguments: [text] }) => text),
      [
        "TensorFlow can't compile (no XLA here): soft units run operation by operation, several times slower.",
      ],
    );
  });
});
