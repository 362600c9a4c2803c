import assert from "node:assert/strict";
import { test } from "node:test";
import { type Complex, partition, random } from "../../lib";
import { readPlan } from "../../lib/partition/Plan";
import { finishComplex, refinePatches } from "../../lib/partition/partition";
import { patchworkOf } from "../../lib/partition/patchwork";
import { runThrough, Watch } from "../../lib/partition/Watch";
import { readDomain } from "../../lib/spline/planar";
import { checkComplex, checkLocation, checkMaps, checkNeighbours } from "./checks";
import { drawnNetwork, drawnPartition, SQUARE } from "./drawn";
import { type Specimen, specimen } from "./randomNetworks";

/** The complex made of patches that at most so many lines of the first layer cross. */
function patched({ net, slice, domain }: Pick<Specimen, "net" | "slice" | "domain">, most: number) {
  const plan = readPlan(net, { domain, ...(slice && { slice }) });
  const work = patchworkOf(net.graph, plan, () => most);
  const watch = new Watch(plan.area, {});
  const patches = runThrough(refinePatches(net.graph, plan, work, watch));
  return { complex: finishComplex(net, plan, work, patches, watch), patches: patches.length };
}

const sizes = ({ cellsPerLayer, edgeCount, vertexCount }: Complex) => [
  ...cellsPerLayer,
  edgeCount,
  vertexCount,
];

/**
 * Cells as texts: their codes, and their corners up to rounding. Not those thinner than that: where
 * lines meet in one point, either complex may have such a cell alone.
 */
function namesOf(complex: Complex): string[] {
  const names: string[] = [];
  for (let i = 0; i < complex.cellCount; i++) {
    const corners = complex.polygon(i).map((p) => p.map((v) => (v + 100).toFixed(7)).join());
    const apart = [...new Set(corners)].sort();
    if (apart.length > 2) names.push(`${complex.code(i).key} ${apart.join(" ")}`);
  }
  return names.sort();
}

test("complexes of many patches are those of one: random networks and slices of all kinds", () => {
  let divided = 0;
  for (let i = 0; i < 240; i++) {
    const given = specimen(random(1000 + i), i);
    const { net, slice, domain, special } = given;
    const whole = partition(net, { domain, ...(slice && { slice }) });
    if (whole.cellCount > 400) continue;
    const { complex, patches } = patched(given, i % 3);
    if (patches > 1) divided++;
    try {
      const corners = readDomain(domain);
      checkComplex(complex, corners);
      checkMaps(complex, [...Array(complex.cellCount).keys()]);
      checkNeighbours(complex, complex.interiorEdges());
      checkLocation(complex, corners, random(i), 20);
      const [ours, theirs] = [namesOf(complex), namesOf(whole)];
      assert.deepEqual(ours, theirs);
      const thin = complex.cellCount + whole.cellCount - 2 * ours.length;
      if (thin === 0) assert.deepEqual(sizes(complex), sizes(whole));
      else assert.ok(special, `${thin} thin cells`);
    } catch (error) {
      throw new Error(`${given.name}, ${patches} patches: ${error}`, { cause: error });
    }
  }
  assert.ok(divided > 120, `${divided} were divided`);
});

test("a point outside the domain lies in no cell, one on its boundary does", () => {
  const domain: [number, number][] = [
    [0.1, 0.2],
    [0.9, 0.3],
    [0.4, 0.7],
  ];
  const complex = drawnPartition([2, 12, 6, 1], 2, domain);
  for (const [x, y] of domain) assert.ok(complex.locate(x, y) >= 0);
  assert.ok(complex.locate(0.5, 0.25) >= 0);
  for (const [x, y] of [
    [0.5, 0.25 - 1e-9],
    [5, 5],
    [0.1, 0.7],
  ] as const) {
    assert.equal(complex.locate(x, y), -1);
  }
});

test("a point is found in a number of steps that grows with the logarithm of the number of cells", () => {
  const ratios: number[] = [];
  for (const width of [8, 24, 72]) {
    const net = drawnNetwork([2, width, width, 1], 3);
    const plan = readPlan(net, { domain: SQUARE });
    const work = patchworkOf(net.graph, plan);
    const watch = new Watch(plan.area, {});
    const patches = runThrough(refinePatches(net.graph, plan, work, watch));
    const cells = patches.reduce((sum, { codes }) => sum + codes.ends.length, 0);
    // Depths of all leaves, weighted alike: what `locate` takes on average over the cells.
    let [steps, leaves] = [0, 0];
    const trunk = Math.log2(work.faces.length);
    for (const { tree } of patches) {
      const open: [node: number, depth: number][] = [[tree.children[0]!, 0]];
      for (let at = open.pop(); at !== undefined; at = open.pop()) {
        const [node, depth] = at;
        if (node < 0) {
          steps += depth + trunk;
          leaves++;
        } else
          open.push(
            [tree.children[2 * node]!, depth + 1],
            [tree.children[2 * node + 1]!, depth + 1],
          );
      }
    }
    assert.equal(leaves, cells);
    ratios.push(steps / leaves / Math.log2(cells));
  }
  assert.ok(Math.max(...ratios) < 2.5, String(ratios));
});
