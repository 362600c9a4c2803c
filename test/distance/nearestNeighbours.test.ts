import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ActivationCode,
  CodeBook,
  codeDistances,
  embedCodes,
  nearestNeighbours,
  type Random,
  random,
  sameClass,
  vote,
} from "../../lib";
import { hammingModule } from "../../lib/distance/kernel";

/** Codes of three layers: ReLUs, windows of four, units of three pieces; many near each other. */
function randomCodes(count: number, rng: Random, units = [300, 45, 17]): ActivationCode[] {
  const layers = units.map((size, l) => ({ size, pieces: [2, 4, 3][l]! }));
  const middle = layers.map(({ size, pieces }) =>
    Uint8Array.from({ length: size }, () => rng.integer(0, pieces - 1)),
  );
  return Array.from({ length: count }, () => {
    const change = rng.uniform();
    return ActivationCode.from(
      layers.map(({ pieces }, l) => ({
        pieces,
        q: middle[l]!.map((r) => (rng.uniform() < change ? rng.integer(0, pieces - 1) : r)),
      })),
    );
  });
}

/** Differing units, counted one by one. */
function differing(a: ActivationCode, b: ActivationCode, l: number): number {
  let count = 0;
  for (let k = 0; k < a.layers[l]!.units; k++) count += Number(a.piece(l, k) !== b.piece(l, k));
  return count;
}

const codes = randomCodes(90, random(1));
const book = CodeBook.from(codes);
const UNITS = [300, 45, 17];
const chosenLayers = [[0], [1], [2], [0, 1, 2], [2, 0]];

test("distances are the shares of differing units, counted one by one, for both engines", () => {
  for (const layers of chosenLayers) {
    const total = layers.reduce((sum, l) => sum + UNITS[l]!, 0);
    const expected = codes.flatMap((a) =>
      codes.map((b) => layers.reduce((sum, l) => sum + differing(a, b, l), 0) / total),
    );
    for (const engine of ["wasm", "typescript"] as const) {
      const found = codeDistances(book, book, { layers, engine });
      assert.deepEqual(Array.from(found), expected, `${layers}, ${engine}`);
    }
  }
  assert.equal(book.distance(3, 5), codeDistances(book, book)[3 * 90 + 5]);
  assert.equal(Math.round(book.distance(3, 5) * 362), codes[3]!.distance(codes[5]!));
});

test("the engine that is asked for is the one that runs", () => {
  assert.equal(hammingModule("typescript"), undefined);
  const compiled = hammingModule("wasm");
  assert.ok(compiled instanceof WebAssembly.Module);
  assert.equal(hammingModule(undefined), compiled);
});

test("weighted distances are the weighted means of those of the layers", () => {
  const [layers, weights] = [
    [2, 0],
    [3, 0.25],
  ];
  const found = codeDistances(book, book, { layers, weights });
  const [two, zero] = layers.map((l) => codeDistances(book, book, { layers: [l] }));
  found.forEach((d, i) => {
    assert.ok(Math.abs(d - (3 * two![i]! + 0.25 * zero![i]!) / 3.25) < 1e-14);
  });
  assert.deepEqual(
    codeDistances(book, book, { layers, weights, engine: "typescript" }),
    found,
    "the engines agree to the bit",
  );
});

test("the distance is a metric on codes", () => {
  for (const options of [{}, { layers: [1] }, { weights: [1, 5, 0.1] }]) {
    const d = codeDistances(book, book, options);
    const at = (m: number, n: number) => d[m * 90 + n]!;
    let strict = 0;
    for (let m = 0; m < 90; m++) {
      for (let n = 0; n < 90; n++) {
        assert.equal(at(m, n), at(n, m));
        const layers = options.layers ?? [0, 1, 2];
        const equal = layers.every((l) => differing(codes[m]!, codes[n]!, l) === 0);
        assert.equal(at(m, n) === 0, equal);
        for (let o = 0; o < 90; o++) {
          const slack = at(m, o) + at(o, n) - at(m, n);
          assert.ok(slack >= -1e-15);
          if (slack > 1e-3) strict++;
        }
      }
    }
    assert.ok(strict > 1000, "the triangles aren't all flat");
  }
});

test("the k nearest are those of a full sort, whatever engine and number of threads", async () => {
  const many = CodeBook.from(randomCodes(1001, random(2), [140, 9, 0]));
  const queries = CodeBook.from(randomCodes(7, random(2), [140, 9, 0]));
  for (const options of [{}, { layers: [1] }, { layers: [0, 1], weights: [0.3, 0.7] }]) {
    const matrix = codeDistances(queries, many, options);
    const expected = Array.from({ length: 7 }, (_, q) => {
      const row = matrix.subarray(q * 1001, (q + 1) * 1001);
      return Array.from(row.keys())
        .sort((a, b) => row[a]! - row[b]! || a - b)
        .slice(0, 15);
    }).flat();
    for (const engine of ["wasm", "typescript"] as const) {
      for (const threads of [1, 2, 3]) {
        const found = await nearestNeighbours(many, queries, {
          ...options,
          k: 15,
          engine,
          threads,
        });
        assert.deepEqual(Array.from(found.indices), expected, `${engine}, ${threads} threads`);
        found.distances.forEach((d, i) => {
          assert.equal(d, matrix[Math.floor(i / 15) * 1001 + found.indices[i]!]);
        });
      }
    }
  }
});

test("more threads than codes, more codes than a block, a code that leaves itself out", async () => {
  const few = CodeBook.from(codes.slice(0, 3));
  const exclude = [0, 1, 2];
  const { indices } = await nearestNeighbours(few, few, { k: 2, threads: 8, exclude });
  for (let q = 0; q < 3; q++) {
    const own = Array.from(indices.subarray(2 * q, 2 * q + 2));
    assert.deepEqual(
      [...own].sort(),
      [0, 1, 2].filter((n) => n !== q),
    );
  }
  const wide = CodeBook.from(randomCodes(40, random(3), [70_000, 1, 1]));
  const [wasm, plain] = (["wasm", "typescript"] as const).map((engine) =>
    codeDistances(wide, wide, { engine }),
  );
  assert.deepEqual(wasm, plain);
  assert.equal(wasm![1], wide.distance(0, 1));
});

test("what doesn't fit is refused in words", async () => {
  const other = CodeBook.from(randomCodes(3, random(4), [300, 45, 18]));
  const near = (queries: CodeBook, options: object) =>
    nearestNeighbours(book, queries, { k: 1, ...options });
  await assert.rejects(near(other, {}), /18 units of 3 pieces, expected .*17 units of 3 pieces/);
  await assert.rejects(near(book, { k: 91 }), /k is 91, expected an integer from 1 to 90/);
  await assert.rejects(near(book, { layers: [3] }), /layers \[3\], expected some of 0 … 2/);
  await assert.rejects(near(book, { layers: [0, 0] }), /each once/);
  await assert.rejects(near(book, { weights: [1] }), /1 weights for 3 layers/);
  await assert.rejects(near(book, { weights: [1, 0, 1] }), /a weight of 0/);
  await assert.rejects(near(book, { threads: 0 }), /0 threads/);
  await assert.rejects(near(book, { exclude: [1] }), /1 codes to leave out, expected 90/);
});

test("neighbours vote; a draw goes to the nearest; shares come with their interval", async () => {
  const found = { k: 4, indices: Int32Array.of(3, 0, 1, 2), distances: new Float64Array(4) };
  assert.deepEqual([...vote(found, [7, 7, 5, 5])], [5]);
  assert.deepEqual([...vote(found, [7, 7, 6, 5])], [7]);
  assert.throws(() => vote(found, [7, 7, 5, 5], 5), /vote of 5 neighbours, expected 1 to 4/);
  assert.throws(() => vote(found, [7, 7, 5, 5], 0), /vote of 0 neighbours, expected 1 to 4/);
  assert.throws(() => vote(found, [7, 7, 5, 5], 1.5), /vote of 1.5 neighbours/);
  assert.throws(() => vote(found, [1, 2]), /code 3, but there are 2 labels/);
  const two = { k: 2, indices: Int32Array.of(0, 1, 0, 1), distances: new Float64Array(4) };
  const { mean, low, high, shares } = sameClass(two, [0, 1], [0, 2]);
  assert.deepEqual([mean, ...shares], [0.25, 0.5, 0]);
  assert.throws(() => sameClass(two, [0, 1], [0, 2, 1]), /3 labels for 2 queries/);
  // Standard deviation √(1/8), standard error ¼.
  assert.ok(Math.abs(high - 0.25 - 1.96 / 4) < 1e-12 && Math.abs(low - 0.25 + 1.96 / 4) < 1e-12);
  const three = { k: 2, indices: Int32Array.of(0, 1, 0, 1, 0, 0), distances: new Float64Array(6) };
  const wider = sameClass(three, [0, 1], [0, 2, 0]);
  assert.deepEqual([...wider.shares], [0.5, 0, 1]);
  // Standard deviation ½, standard error ½ / √3.
  assert.ok(Math.abs(wider.high - 0.5 - 1.96 / Math.sqrt(12)) < 1e-12);
});

test("an embedding keeps two far clusters apart, and is the same for the same seed", async () => {
  const rng = random(5);
  const clusters = CodeBook.from([
    ...randomCodes(30, rng, [200, 5, 5]),
    ...randomCodes(30, rng, [200, 5, 5]),
  ]);
  const embed = () => embedCodes(clusters, { neighbours: 8, epochs: 200, random: random(6) });
  const places = await embed();
  assert.deepEqual(await embed(), places);
  const short = (neighbours: { neighbours?: number }) =>
    embedCodes(clusters, { ...neighbours, epochs: 10, random: random(6) });
  assert.deepEqual(await short({}), await short({ neighbours: 15 }));
  const { indices } = await nearestNeighbours(clusters, clusters, {
    k: 1,
    exclude: Array.from({ length: 60 }, (_, n) => n),
  });
  const distance = (m: number, n: number) =>
    Math.hypot(places[2 * m]! - places[2 * n]!, places[2 * m + 1]! - places[2 * n + 1]!);
  let closer = 0;
  for (let n = 0; n < 60; n++) closer += Number(distance(n, indices[n]!) < distance(n, 59 - n));
  assert.ok(
    closer >= 50,
    `${closer} of 60 nearest neighbours lie nearer than a code of the other cluster`,
  );
});

test("votes are the labels themselves, of more classes than a byte counts", () => {
  const found = (...indices: number[]) => ({
    k: 1,
    indices: Int32Array.from(indices),
    distances: new Float64Array(indices.length),
  });
  const labels = [3, 255, 256, 300, 999, 70_000, -1];
  assert.deepEqual([...vote(found(0, 1, 2, 3, 4, 5, 6), labels)], labels);
  assert.equal(sameClass(found(3), labels, [300]).mean, 1);
});

test("one query leaves the interval of its share open, and none has no share", () => {
  const one = { k: 2, indices: Int32Array.of(0, 1), distances: new Float64Array(2) };
  const { mean, low, high } = sameClass(one, [1, 2], [1]);
  assert.deepEqual([mean, low, high], [0.5, 0, 1]);
  const none = { k: 2, indices: new Int32Array(0), distances: new Float64Array(0) };
  assert.throws(() => sameClass(none, [1, 2], []), RangeError);
});
