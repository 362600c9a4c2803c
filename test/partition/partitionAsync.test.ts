import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import {
  type Complex,
  Graph,
  NotTransferableError,
  type PartitionProgress,
  partition,
  partitionAsync,
  random,
  SplineNetwork,
} from "../../lib";
import { readPlan } from "../../lib/partition/Plan";
import { patchworkOf } from "../../lib/partition/patchwork";
import { Conv2d, Dense, MaxPool2d, Relu, Reshape } from "../../lib/spline/operators";
import { checkProgress } from "./checks";
import { drawnNetwork, SQUARE } from "./drawn";

/** Equal to the bit: arrays, codes, and where points are located. */
function checkSame(a: Complex, b: Complex): void {
  assert.deepEqual(a.arrays, b.arrays);
  assert.deepEqual(a.cellsPerLayer, b.cellsPerLayer);
  assert.equal(a.undecided, b.undecided);
  const rng = random(1);
  for (let n = 0; n < 200; n++) {
    const [x, y] = [rng.uniform(-1, 1), rng.uniform(-1, 1)];
    const cell = a.locate(x, y);
    assert.equal(cell, b.locate(x, y));
    assert.ok(a.code(cell).equals(b.code(cell)));
  }
}

/** Makes a domain of several patches, and some ten thousand cells. */
const wide = () => drawnNetwork([2, 80, 50, 12, 2], 3);

test("one thread, two and three make the same complex, to the bit", async () => {
  const net = wide();
  const { faces } = patchworkOf(net.graph, readPlan(net, { domain: SQUARE }));
  assert.ok(faces.length > 4, "only a domain of several patches tells");
  const complex = partition(net, { domain: SQUARE });
  for (const threads of [1, 2, 3]) {
    checkSame(await partitionAsync(net, { domain: SQUARE, threads }), complex);
  }
});

test("a convolutional network goes to threads too", async () => {
  const rng = random(8);
  const image = [5, 5, 4];
  const operators = [
    new Conv2d([5, 5, 1], rng.normals(36, 0, 0.5), rng.normals(4, 0, 0.3), 4, {
      size: 3,
      padding: "same",
    }),
    new Relu(image),
    new MaxPool2d(image, { size: 2 }),
    new Reshape([2, 2, 4], [16]),
    new Dense(rng.normals(32), rng.normals(2), 16, 2),
  ];
  const nodes = operators.map((operator, i) => ({ name: operator.kind, operator, inputs: [i] }));
  const net = new SplineNetwork(new Graph([5, 5, 1], nodes));
  const [origin, e1, e2] = [0, 1, 2].map(() => rng.normals(25)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const options = { domain: SQUARE, slice: { origin, e1, e2 } };
  assert.ok(patchworkOf(net.graph, readPlan(net, options)).faces.length > 4);
  checkSame(await partitionAsync(net, { ...options, threads: 2 }), partition(net, options));
});

test("an operator of one's own stays on its thread, and the error says so", async () => {
  class Ramp extends Relu {}
  const { nodes, inputShape } = wide().graph;
  const own = nodes.map((node, i) => (i === 1 ? { ...node, operator: new Ramp([80]) } : node));
  const net = new SplineNetwork(new Graph(inputShape, own));
  await assert.rejects(
    partitionAsync(net, { domain: SQUARE, threads: 2 }),
    (error) =>
      error instanceof NotTransferableError && /node 1 .*Ramp.*threads/.test(error.message),
  );
  const { cellCount } = await partitionAsync(net, { domain: SQUARE });
  assert.equal(cellCount, partition(wide(), { domain: SQUARE }).cellCount);
});

test("options that make no sense are refused", async () => {
  for (const threads of [0, 1.5, Number.NaN]) {
    await assert.rejects(partitionAsync(wide(), { domain: SQUARE, threads }), RangeError);
  }
  await assert.rejects(
    partitionAsync(wide(), { domain: SQUARE, threads: 2, exact: true }),
    RangeError,
  );
});

test("progress never goes back and ends with the whole, on one thread and on two", async () => {
  const net = drawnNetwork([2, 100, 100, 100, 1], 3); // longer than the time between two looks
  const { cellCount } = partition(net, { domain: SQUARE });
  for (const threads of [undefined, 1, 2]) {
    const told: PartitionProgress[] = [];
    const options = { domain: SQUARE, onProgress: (p: PartitionProgress) => told.push(p) };
    if (threads === undefined) partition(net, options);
    else await partitionAsync(net, { ...options, threads });
    checkProgress(told, cellCount);
  }
});

test("an abort stops it within 1024 cells, with the reason given", async () => {
  const net = wide();
  const reason = new Error("enough");
  assert.throws(
    () => partition(net, { domain: SQUARE, signal: AbortSignal.abort(reason) }),
    reason,
  );
  const abortAfter = (cells: number) => {
    const controller = new AbortController();
    let last = 0;
    const onProgress = (p: PartitionProgress) => {
      last = p.cells;
      if (last >= cells) controller.abort(reason);
    };
    return { options: { domain: SQUARE, signal: controller.signal, onProgress }, last: () => last };
  };
  const direct = abortAfter(2000);
  assert.throws(() => partition(net, direct.options), reason);
  assert.ok(direct.last() < 2000 + 1024);
  const inTurns = abortAfter(2000);
  await assert.rejects(partitionAsync(net, inTurns.options), reason);
  assert.ok(inTurns.last() < 2000 + 1024);
});

test("threads stay: they serve two partitions at once, and the next one after an abort", async () => {
  const nets = [wide(), drawnNetwork([2, 70, 70, 1], 8)];
  const all = () => nets.map((net) => partitionAsync(net, { domain: SQUARE, threads: 2 }));
  const check = (complexes: readonly Complex[]) =>
    complexes.forEach((complex, i) => {
      checkSame(complex, partition(nets[i]!, { domain: SQUARE }));
    });
  check(await Promise.all(all()));
  const controller = new AbortController();
  const long = drawnNetwork([2, 300, 300, 300, 300, 1], 5);
  const options = { domain: SQUARE, threads: 2, signal: controller.signal };
  const stopped = assert.rejects(partitionAsync(long, options), { name: "AbortError" });
  const beside = all();
  await setTimeout(100);
  controller.abort();
  await stopped;
  check(await Promise.all(beside));
});

test("other things get their turn: a timer stops what would take long, threads or not", async () => {
  const long = drawnNetwork([2, 300, 300, 300, 300, 1], 5); // minutes of work
  for (const threads of [1, 2]) {
    const controller = new AbortController();
    const found = partitionAsync(long, { domain: SQUARE, threads, signal: controller.signal });
    const stopped = assert.rejects(found, { name: "AbortError" });
    await setTimeout(100);
    controller.abort();
    await stopped;
  }
});
