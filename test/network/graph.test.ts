import assert from "node:assert/strict";
import { test } from "node:test";
import { Graph, SplineNetwork } from "../../lib/network";
import { random } from "../../lib/random";
import { Add, activations, Concat, Dense, type Operator, Relu } from "../../lib/spline/operators";

const rng = random(7);
const dense = (inputs: number, outputs: number) =>
  new Dense(rng.normals(inputs * outputs), rng.normals(outputs), inputs, outputs);
const node = (operator: Operator, ...inputs: number[]) => ({
  name: operator.kind,
  operator,
  inputs,
});

/** x + ReLU(W x + b), then a branch of |·| beside it, joined, then read by a last layer. */
function branching() {
  const [block, side, last] = [dense(4, 4), dense(4, 3), dense(7, 2)];
  const graph = new Graph(
    [4],
    [
      node(block, 0),
      node(new Relu([4]), 1),
      node(new Add([4], 2), 2, 0),
      node(side, 0),
      node(activations.abs([3]), 4),
      node(new Concat([[4], [3]]), 3, 5),
      node(last, 6),
    ],
  );
  return { graph, block, side, last };
}

const times = ({ W, b, inputSize }: Dense, x: readonly number[]): number[] =>
  Array.from(b!, (offset, k) => x.reduce((sum, v, i) => sum + W[k * inputSize + i]! * v, offset));

const largest = (found: ArrayLike<number>, expected: ArrayLike<number>) =>
  Math.max(...Array.from(found, (v, i) => Math.abs(v - expected[i]!)));

test("a graph that branches and joins: forward by the definition, and A[x] x + b[x] = f(x)", () => {
  const { graph, block, side, last } = branching();
  const net = new SplineNetwork(graph);
  for (let n = 0; n < 200; n++) {
    const x = [...rng.normals(4)];
    const residual = times(block, x).map((u, k) => Math.max(0, u) + x[k]!);
    const expected = times(last, [...residual, ...times(side, x).map(Math.abs)]);
    assert.ok(largest(net.forward(x), expected) <= 1e-12);
    const { A, b } = net.affineMap(x);
    const map = Array.from(b, (offset, c) =>
      x.reduce((sum, v, i) => sum + A[c * 4 + i]! * v, offset),
    );
    assert.ok(largest(map, expected) <= 1e-12);
  }
});

test("pullback is the transpose of pushforward across branches", () => {
  const { graph } = branching();
  for (let n = 0; n < 50; n++) {
    const { codes } = graph.run(rng.normals(4));
    const [v, g] = [rng.normals(4), rng.normals(2)];
    const w = graph.pushforward(codes, v);
    const h = graph.pullback(codes, g);
    const [left, right] = [g[0]! * w[0]! + g[1]! * w[1]!, h.reduce((s, e, i) => s + e * v[i]!, 0)];
    assert.ok(Math.abs(left - right) <= 1e-12 * (1 + Math.abs(left)));
  }
});

test("a value read twice by one node counts twice", () => {
  const graph = new Graph([2], [node(new Add([2], 3), 0, 0, 0)]);
  const { A } = new SplineNetwork(graph).affineMap([1, 2]);
  assert.deepEqual([...A], [3, 0, 0, 3]);
  const functional = Float64Array.of(1, 5);
  graph.pullback([new Uint8Array(0)], functional);
  assert.deepEqual([...functional], [1, 5]); // what the caller hands in stays as it was
});

test("tie margins look at the values side by side", () => {
  const net = new SplineNetwork(
    new Graph([2], [node(new Add([2], 2), 0, 0), node(activations.abs([2]), 1)]),
  );
  assert.equal(net.tieMargin([1, 0.25]), 1); // |−1 − 1| · |2 · 0.25|
});

test("nodes that don't fit are refused with names and shapes", () => {
  const refuse = (pattern: RegExp, ...nodes: ReturnType<typeof node>[]) =>
    assert.throws(() => new Graph([2], nodes), pattern);
  refuse(/node 0 \(relu\) reads value 1, expected values of 0 … 0/, node(new Relu([2]), 1));
  refuse(/node 0 \(relu\) reads no value/, node(new Relu([2])));
  refuse(/reads value 0.5/, node(new Relu([2]), 0.5));
  refuse(/node 0 \(add\) expects shape \[2,2\], but reads \[2\]/, node(new Add([2], 2), 0));
  refuse(/expects shape \[5\], but reads \[2\] and \[2\]/, node(new Concat([[2], [3]]), 0, 0));
});
