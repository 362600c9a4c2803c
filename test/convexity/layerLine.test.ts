import assert from "node:assert/strict";
import { test } from "node:test";
import { layerLine, lossLine } from "../../lib/convexity";
import { codeChanges, heWeights, SplineNetwork, type WeightLayer } from "../../lib/network";
import { random } from "../../lib/random";

const WIDTHS = [2, 8, 6, 2];
const along = (base: readonly WeightLayer[], l: number, step: WeightLayer, s: number) =>
  SplineNetwork.fromWeights(
    base.map(({ W, b }, i) =>
      i !== l
        ? { W, b }
        : {
            W: W.map((row, k) => row.map((w, j) => w + s * step.W[k]![j]!)),
            b: b.map((v, k) => v + s * step.b[k]!),
          },
    ),
  );

function drawn(seed: number) {
  const base = heWeights(WIDTHS, random(seed), { offsetDeviation: 1 });
  const steps = heWeights(WIDTHS, random(seed + 100), { offsetDeviation: 1 });
  const draws = random(seed + 200);
  const inputs = Array.from({ length: 20 }, () => draws.normals(2));
  const targets = inputs.map(() => draws.normals(2));
  return { base, steps, inputs, targets, net: SplineNetwork.fromWeights(base) };
}

test("no change of code on a segment is missed: as many as a fine grid sees, or more", () => {
  for (let seed = 1; seed <= 5; seed++) {
    const net = SplineNetwork.fromWeights(heWeights([3, 12, 12, 1], random(seed)));
    const [x, y] = [random(seed).normals(3), random(seed + 50).normals(3)];
    const at = (t: number) => net.code(x.map((v, i) => (1 - t) * v + t * y[i]!));
    const changes = codeChanges(net, x, y);
    let seen = 0;
    for (let i = 0; i < 5000; i++) if (!at(i / 5000).equals(at((i + 1) / 5000))) seen++;
    assert.ok(changes.length >= seen && seen > 5, `${changes.length} found, ${seen} seen`);
    // The code is constant between them, and differs across each.
    const ends = [0, ...changes, 1];
    for (let i = 0; i + 1 < ends.length; i++) {
      const [a, b] = [ends[i]!, ends[i + 1]!];
      assert.ok(at(a + 0.01 * (b - a)).equals(at(b - 0.01 * (b - a))), "one cell between");
    }
    for (const t of changes) assert.ok(!at(t - 1e-9).equals(at(t + 1e-9)), "another one behind");
  }
});

test("a network along a line in one layer's parameters is a spline network of one input", () => {
  const { base, steps, inputs, net } = drawn(1);
  for (const [l, node] of [
    [0, 0],
    [1, 2],
    [2, 4],
  ] as const) {
    const line = layerLine(net, inputs[0]!, node, steps[l]!);
    for (const s of [-2, -0.3, 0, 0.7, 1]) {
      const direct = along(base, l, steps[l]!, s).forward(inputs[0]!);
      line.forward([s]).forEach((v, c) => {
        assert.ok(Math.abs(v - direct[c]!) < 1e-12, `layer ${l}, s = ${s}`);
      });
    }
  }
});

test("the squared loss is a convex quadratic in one layer while no code changes, not across", () => {
  let downward = 0;
  for (let seed = 1; seed <= 6; seed++) {
    const { base, steps, inputs, targets, net } = drawn(seed);
    const direct = (l: number, s: number) => {
      const moved = along(base, l, steps[l]!, s);
      return inputs.reduce(
        (sum, x, n) =>
          sum + moved.forward(x).reduce((part, f, c) => part + (f - targets[n]![c]!) ** 2, 0),
        0,
      );
    };
    for (const l of [0, 1, 2]) {
      const line = lossLine(net, 2 * l, steps[l]!, inputs, targets);
      for (const { from, to, coefficients } of line.pieces) {
        const h = (to - from) / 4;
        if (h < 1e-6) continue;
        const [a, b, c] = [direct(l, from + h), direct(l, from + 2 * h), direct(l, from + 3 * h)];
        assert.ok(a - 2 * b + c >= -1e-9 * Math.max(1, b), "second difference");
        const [c0, c1, c2] = coefficients;
        const s = from + h;
        assert.ok(Math.abs(c0 + c1 * s + c2 * s * s - a) <= 1e-9 * Math.max(1, a), "quadratic");
      }
      line.codeChanges.forEach((s, i) => {
        if (line.slopeJumps[i]! > -1e-3) return;
        // Close by, the kink must show as a violation of the midpoint inequality.
        const gap = Math.min(s - line.pieces[i]!.from, line.pieces[i + 1]!.to - s);
        const h = Math.min(1e-4, gap / 2);
        if (h < 1e-6 || -line.slopeJumps[i]! < 8 * h * line.pieces[i]!.coefficients[2]) return;
        if (-line.slopeJumps[i]! < 8 * h * line.pieces[i + 1]!.coefficients[2]) return;
        const violation = direct(l, s) - (direct(l, s - h) + direct(l, s + h)) / 2;
        assert.ok(violation > 0, `kink of ${line.slopeJumps[i]} at ${s}: ${violation}`);
        downward++;
      });
      if (l === 2) assert.equal(line.codeChanges.length, 0, "the last layer has no code behind it");
    }
  }
  assert.ok(downward > 10, `${downward} downward kinks`);
});

test("convex in each layer, yet not in two at once: with all codes frozen", () => {
  // f(x) = w₂ ReLU(w₁ x) at x = 1, y = 1, w₁ > 0 throughout: the loss is (w₁ w₂ − 1)².
  const net = (w1: number, w2: number) =>
    SplineNetwork.fromWeights([
      { W: [[w1]], b: [0] },
      { W: [[w2]], b: [0] },
    ]);
  const loss = (w1: number, w2: number) => (net(w1, w2).forward([1])[0]! - 1) ** 2;
  assert.ok(
    net(2, 0.5)
      .code([1])
      .equals(net(0.5, 2).code([1])),
  );
  assert.equal(loss(2, 0.5) + loss(0.5, 2), 0);
  assert.equal(loss(1.25, 1.25), 0.5625 ** 2);
});

test("a direction of another shape, or a node that isn't dense, is refused", () => {
  const { net, steps, inputs } = drawn(1);
  assert.throws(() => layerLine(net, inputs[0]!, 1, steps[0]!), /node 1 is relu, expected a dense/);
  assert.throws(() => layerLine(net, inputs[0]!, 99, steps[0]!), /node 99 is missing/);
  assert.throws(
    () => layerLine(net, inputs[0]!, 0, steps[1]!),
    /W \[6 × 8\] and b \[6\], expected/,
  );
  assert.throws(() => lossLine(net, 0, steps[0]!, inputs, []), /20 inputs have 0 targets/);
});
