import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type PartitionOptions,
  type PartitionProgress,
  partition,
  random,
  type SplineNetwork,
  streamCells,
} from "../../lib";
import type { HalfEdges } from "../../lib/partition/HalfEdges";
import { mapsOf, readPlan } from "../../lib/partition/Plan";
import { patchworkOf } from "../../lib/partition/patchwork";
import { Refinement } from "../../lib/partition/Refinement";
import { cornerMean } from "../../lib/spline/planar";
import { checkProgress } from "./checks";
import { drawnNetwork, SQUARE } from "./drawn";
import { specimen } from "./randomNetworks";

/** Holds every cell of a stream to the cell of the same number in the complex. */
async function compare(net: SplineNetwork, options: PartitionOptions): Promise<number> {
  const complex = partition(net, options);
  let i = 0;
  for await (const cell of streamCells(net, options)) {
    const { polygon, code, A, b, area } = complex.cell(i++);
    assert.ok(cell.code.equals(code), `code of cell ${i}`);
    assert.deepEqual(cell.A, A);
    assert.deepEqual(cell.b, b);
    assert.ok(Math.abs(cell.area - area) <= 1e-11, `area of cell ${i}`);
    assert.equal(cell.polygon.length, polygon.length, `corners of cell ${i}`);
    // The same loop of corners, which may begin elsewhere.
    const near = (p: readonly number[], q: readonly number[]) =>
      Math.hypot(p[0]! - q[0]!, p[1]! - q[1]!) <= 1e-9;
    const start = polygon.findIndex((p) => near(p, cell.polygon[0]!));
    assert.ok(
      cell.polygon.every((p, at) => near(p, polygon[(start + at) % polygon.length]!)),
      `corners of cell ${i}`,
    );
  }
  assert.equal(i, complex.cellCount);
  return i;
}

test("the cells that go by are the complex's, in its order: one patch", async () => {
  for (const layers of [1, 2]) {
    assert.ok((await compare(drawnNetwork([2, 30, 10, 3], 4), { domain: SQUARE, layers })) > 100);
  }
});

test("the cells that go by are the complex's, in its order: several patches", async () => {
  const net = drawnNetwork([2, 90, 8, 8, 2], 5);
  const { faces } = patchworkOf(net.graph, readPlan(net, { domain: SQUARE }));
  assert.ok(faces.length > 4);
  assert.ok((await compare(net, { domain: SQUARE })) > 3000);
});

test("random networks and slices of all kinds: each cell that goes by is one of the complex", async () => {
  for (let i = 0; i < 120; i++) {
    const { net, slice, domain, name } = specimen(random(1000 + i), i);
    const options = { domain, ...(slice && { slice }) };
    const complex = partition(net, options);
    if (complex.cellCount > 600) continue;
    const seen = new Set<number>();
    for await (const { polygon, A, b, area } of streamCells(net, options)) {
      const j = complex.locate(...cornerMean(polygon));
      const cell = complex.cell(j);
      seen.add(j);
      const gap = Math.max(
        ...A.map((v, k) => Math.abs(v - cell.A[k]!)),
        ...b.map((v, k) => Math.abs(v - cell.b[k]!)),
      );
      assert.ok(Math.abs(area - cell.area) < 1e-10 && gap < 1e-9, `${name}: cell ${j}`);
    }
    assert.equal(seen.size, complex.cellCount, name);
  }
});

test("what is held of the cells that go by does not grow with their number", () => {
  const net = drawnNetwork([2, 12, 60, 60, 1], 6);
  const plan = readPlan(net, { domain: SQUARE });
  const maps = mapsOf(net.graph, plan, plan.layers.length);
  const refinement = new Refinement(maps, plan.outline, plan.extent, { isolated: true });
  const { places } = refinement as unknown as { places: { faces: HalfEdges }[] };
  const half = partition(net, { domain: SQUARE }).cellCount / 2;
  const most = [0, 0];
  for (let cells = 0; refinement.next(); cells++) {
    const held = places.reduce((sum, { faces }) => sum + faces.vertexCount, 0);
    most[cells < half ? 0 : 1] = Math.max(most[cells < half ? 0 : 1]!, held);
  }
  assert.ok(half > 1000);
  assert.ok(Math.max(...most) < half / 4, `${most} vertices of ${half} cells`);
  assert.ok(most[1]! < 1.5 * most[0]!, `${most} vertices`);
});

test("a stream can be left early, stopped from outside, and tells how far it has come", async () => {
  const net = drawnNetwork([2, 40, 30, 1], 7);
  let seen = 0;
  for await (const _ of streamCells(net, { domain: SQUARE })) if (++seen === 10) break;
  assert.equal(seen, 10);

  const controller = new AbortController();
  const reason = new Error("enough");
  await assert.rejects(async () => {
    for await (const _ of streamCells(net, { domain: SQUARE, signal: controller.signal })) {
      if (++seen === 25) controller.abort(reason);
    }
  }, reason);
  assert.equal(seen, 25);

  const told: PartitionProgress[] = [];
  const onProgress = (progress: PartitionProgress) => told.push(progress);
  let count = 0;
  for await (const _ of streamCells(net, { domain: SQUARE, onProgress })) count++;
  checkProgress(told, count);
});
