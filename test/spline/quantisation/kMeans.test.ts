import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { random } from "../../../lib/random";
import { kMeans, PowerDiagram } from "../../../lib/spline";

test("the result is a max-affine spline: its code is the nearest centroid, b = −½‖a‖²", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 9 }), (seed, K) => {
      const points = random(seed).normals(60 * 3);
      const { spline, codes, distortion, converged } = kMeans(points, 3, K, { seed });
      assert.ok(converged);
      assert.deepEqual(spline.codes(points), codes);
      const diagram = PowerDiagram.ofSpline(spline);
      let sum = 0;
      for (let n = 0; n < 60; n++) {
        const x = points.subarray(3 * n, 3 * n + 3);
        const squares = Array.from({ length: K }, (_, r) =>
          x.reduce((s, v, i) => s + (v - spline.A[3 * r + i]!) ** 2, 0),
        );
        const nearest = Math.min(...squares);
        assert.ok(Math.abs(squares[codes[n]!]! - nearest) < 1e-12);
        sum += nearest / 60;
      }
      assert.ok(Math.abs(sum - distortion) < 1e-12);
      // All radii are 0: the cells are Voronoi cells.
      for (const rho of diagram.radii) assert.ok(Math.abs(rho) < 1e-13);
      // Every centroid is the mean of its points: nothing is left to better by a step.
      for (let r = 0; r < K; r++) {
        const own = [...codes].flatMap((code, n) => (code === r ? [n] : []));
        assert.ok(own.length > 0, "no cell is empty");
        for (let i = 0; i < 3; i++) {
          const mean = own.reduce((s, n) => s + points[3 * n + i]!, 0) / own.length;
          assert.ok(Math.abs(mean - spline.A[3 * r + i]!) < 1e-12);
        }
      }
    }),
  );
});

test("on a line it finds the optimum, as dynamic programming does", () => {
  let found = 0;
  for (let seed = 1; seed <= 20; seed++) {
    const points = random(seed).normals(60).sort();
    const { distortion } = kMeans(points, 1, 4, { seed, restarts: 60 });
    const best = optimumOnALine(points, 4) / 60;
    assert.ok(distortion > best - 1e-12, "nothing is below the optimum");
    if (distortion < best + 1e-12) found++;
  }
  assert.ok(found >= 18, `${found} of 20`);
});

/** The least sum of squares of sorted numbers in K intervals. */
function optimumOnALine(points: Float64Array, K: number): number {
  const N = points.length;
  const cost = (from: number, to: number): number => {
    const part = points.subarray(from, to);
    const mean = part.reduce((s, v) => s + v, 0) / part.length;
    return part.reduce((s, v) => s + (v - mean) ** 2, 0);
  };
  let least = Array.from({ length: N + 1 }, (_, n) => (n === 0 ? 0 : Number.POSITIVE_INFINITY));
  for (let k = 0; k < K; k++) {
    least = least.map((_, n) =>
      Math.min(...Array.from({ length: n }, (_, m) => least[m]! + cost(m, n))),
    );
  }
  return least[N]!;
}

test("from the same start it goes where ml-kmeans goes", async () => {
  const load = (name: string): Promise<unknown> => import(name);
  const { kmeans } = (await load("ml-kmeans")) as {
    kmeans(
      data: number[][],
      K: number,
      options: object,
    ): { clusters: number[]; centroids: number[][] };
  };
  for (let seed = 1; seed <= 10; seed++) {
    const points = random(seed).normals(300 * 4);
    const rows = Array.from({ length: 300 }, (_, n) => [...points.subarray(4 * n, 4 * n + 4)]);
    const start = points.subarray(0, 7 * 4);
    const ours = kMeans(points, 4, 7, { start });
    const theirs = kmeans(rows, 7, {
      initialization: rows.slice(0, 7),
      maxIterations: 500,
      tolerance: 0,
    });
    assert.ok(ours.converged);
    assert.deepEqual([...ours.codes], theirs.clusters);
    theirs.centroids.flat().forEach((value, i) => {
      assert.ok(Math.abs(value - ours.spline.A[i]!) < 1e-12);
    });
  }
});

test("no cell stays empty, even if a centroid starts far from all points", () => {
  const points = random(5).normals(2 * 100);
  const { codes, converged } = kMeans(points, 2, 3, { start: [0, 0, 1000, 1000, -1000, 1000] });
  assert.ok(converged);
  assert.equal(new Set(codes).size, 3);
});

test("a fit is repeatable, bettered by restarts, tells its progress, and can be stopped", () => {
  const points = random(6).normals(2 * 500);
  const first = kMeans(points, 2, 12, { seed: 3 });
  assert.deepEqual(first, kMeans(points, 2, 12, { seed: 3 }));
  const errors: number[] = [];
  const stop = new AbortController();
  const onProgress = ({ done, distortion }: { done: number; distortion: number }) => {
    errors.push(distortion);
    if (done === 4) stop.abort();
  };
  kMeans(points, 2, 12, { restarts: 9, signal: stop.signal, onProgress });
  assert.equal(errors.length, 4);
  errors.reduce((before, now) => {
    assert.ok(now <= before);
    return now;
  });
  const short = kMeans(points, 2, 12, { iterations: 1, restarts: 1 });
  assert.equal(short.converged, false);
  assert.equal(short.iterations, 1);
});

test("repeated points, points far away, a centroid for each point, break nothing", () => {
  const same = kMeans([0.1, 0.1, 0.1, 0.3, 0.3, 0.3], 1, 4);
  assert.ok(same.converged && same.distortion < 1e-30);
  const each = kMeans([0, 0, 1, 5, 2, 7], 2, 3);
  assert.equal(each.distortion, 0);
  assert.equal(new Set(each.codes).size, 3);
  const far = random(7)
    .normals(200)
    .map((v) => v + 1e7);
  const near = far.map((v) => v - 1e7);
  const [a, b] = [kMeans(far, 2, 5), kMeans(near, 2, 5)];
  assert.deepEqual(a.codes, b.codes);
  assert.ok(Math.abs(a.distortion - b.distortion) < 1e-8);
  assert.equal(kMeans(Float32Array.of(1, 2, 3), 1, 1).spline.A[0], 2);
});

test("wrong input is refused", () => {
  assert.throws(() => kMeans([1, 2, 3], 2, 1), /3 numbers, expected a multiple of the dimension 2/);
  assert.throws(() => kMeans([1, 2], 1, 3), /K is 3, expected an integer from 1 to the 2 points/);
  assert.throws(() => kMeans([1, Number.NaN], 1, 1), /number 1 of the points is NaN/);
  assert.throws(() => kMeans([1, 2], 0, 1), /the dimension is 0/);
  assert.throws(() => kMeans([1, 2], 1, 1, { restarts: 0 }), /restarts is 0/);
  assert.throws(() => kMeans([1, 2], 1, 2, { start: [1] }), /start has 1 numbers, expected 2/);
  const stopped = { signal: AbortSignal.abort() };
  assert.throws(() => kMeans([1, 2], 1, 1, stopped), /aborted before its first start/);
});

test("the spline's code is the nearest centroid, far from the origin and in every unit", () => {
  for (const [offset, unit] of [
    [0, 1],
    [1e9, 1],
    [1.7e9, 1],
    [1e12, 1],
    [0, 1e-200],
    [0, 1e140],
  ] as const) {
    const points = Array.from(
      { length: 40 },
      (_, i) => offset + unit * (i < 20 ? 0.1 * i : 10 + 0.1 * (i - 20)),
    );
    const { spline, codes } = kMeans(points, 1, 2);
    const [a, b] = spline.A as unknown as [number, number];
    const nearest = points.map((p) => (Math.abs(p - a) <= Math.abs(p - b) ? 0 : 1));
    assert.deepEqual([...spline.codes(points)], nearest, `offset ${offset}, unit ${unit}`);
    assert.deepEqual([...codes], nearest);
    assert.equal(new Set(nearest).size, 2);
  }
  assert.throws(() => kMeans([1e200, -1e200], 1, 2), /RangeError: .*too large/);
});
