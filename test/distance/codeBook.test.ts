import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import {
  ActivationCode,
  BatchedNetwork,
  CodeBook,
  CodeBookFileError,
  codeBook,
  codeDistances,
  type Dataset,
  embedCodes,
  heWeights,
  loadCodeBook,
  random,
  SplineNetwork,
  saveCodeBook,
  useBackend,
} from "../../lib";

const scratch = mkdtempSync(join(tmpdir(), "madmax-codes-"));
before(async () => {
  await useBackend();
});
after(() => rmSync(scratch, { recursive: true }));

function convnet(): tf.Sequential {
  const seeds = random(1);
  const he = () => tf.initializers.heNormal({ seed: seeds.tfSeed() });
  return tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [9, 9, 1],
        filters: 5,
        kernelSize: 2,
        kernelInitializer: he(),
      }),
      tf.layers.reLU(),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 33, activation: "relu", kernelInitializer: he() }),
      tf.layers.dense({ units: 3, kernelInitializer: he() }),
    ],
  });
}

const images: Dataset = {
  name: "noise",
  size: 23,
  shape: [9, 9, 1],
  inputs: Float32Array.from(random(2).normals(23 * 81)),
  labels: new Uint8Array(23),
  classNames: ["noise"],
};

test("codes of a data set are those of the float64 network, image by image", async () => {
  const model = convnet();
  const net = SplineNetwork.fromLayersModel(model);
  const twin = new BatchedNetwork(net);
  const done: number[] = [];
  const book = await codeBook(twin, images, { batchSize: 10, onBatch: (n) => done.push(n) });
  assert.deepEqual(done, [10, 20, 23]);
  for (const batchSize of [0, -1, 1.5]) {
    await assert.rejects(
      codeBook(twin, images, { batchSize }),
      /a batch of .*, expected an integer/,
    );
  }
  assert.deepEqual(
    book.layers.map(({ units, pieces }) => [units, pieces]),
    [
      [320, 2],
      [80, 4],
      [33, 2],
    ],
  );
  for (let n = 0; n < 23; n++) {
    const code = net.code(images.inputs.subarray(81 * n, 81 * (n + 1)));
    assert.ok(book.code(n).equals(code), `image ${n}`);
  }
  const windows = await codeBook(twin, images, { layers: [1] });
  assert.deepEqual(codeDistances(windows, windows), codeDistances(book, book, { layers: [1] }));
  const some = book.select([22, 0]);
  assert.ok(some.code(0).equals(book.code(22)) && some.code(1).equals(book.code(0)));
  assert.match(String(book), /^23 codes: .*\(320 units\), .*\(80 units of 4 pieces\)/);
  await assert.rejects(
    codeBook(twin, images, { layers: [3] }),
    /layers \[3\], expected some of 0 … 2/,
  );
  await assert.rejects(codeBook(twin, { ...images, shape: [81] }), /expected \[N, 9, 9, 1\]/);
  const stopped = codeBook(twin, images, { signal: AbortSignal.abort() });
  await assert.rejects(stopped, { name: "AbortError" });
  twin.dispose();
  model.dispose();
});

test("max pooling: the share of windows with another arg-max, as one-hot masks give it", async () => {
  // 1 − Σ m·m' / Σ m on 0/1 masks of the pixels that win their window.
  const model = convnet();
  const net = SplineNetwork.fromLayersModel(model);
  const twin = new BatchedNetwork(net);
  const book = await codeBook(twin, images, { layers: [1] });
  const mask = (n: number) => {
    const code = net.code(images.inputs.subarray(81 * n, 81 * (n + 1)));
    return Array.from({ length: 80 }, (_, k) =>
      [0, 1, 2, 3].map((r) => Number(code.piece(1, k) === r)),
    ).flat();
  };
  const [a, b] = [mask(0), mask(1)];
  const both = a.reduce((sum, m, i) => sum + m * b[i]!, 0);
  assert.ok(Math.abs(codeDistances(book, book)[1]! - (1 - both / 80)) < 1e-15);
  twin.dispose();
  model.dispose();
});

const net = SplineNetwork.fromWeights(heWeights([2, 5, 3, 1], random(1)));
const small = CodeBook.from([net.code([0, 1]), net.code([-1, 0.5]), net.code([1, -1])]);

test("a book that is saved and loaded is the same, in few bytes", () => {
  const file = join(scratch, "small.bin");
  saveCodeBook(small, file);
  const again = loadCodeBook(file);
  assert.deepEqual(again.layers, small.layers);
  assert.deepEqual(again.words, small.words);
  for (let n = 0; n < 3; n++) assert.ok(again.code(n).equals(small.code(n)));
});

test("codes of several bytes a layer come back, packed side by side", () => {
  const rng = random(2);
  const pieces = [2, 3];
  const codes = Array.from({ length: 4 }, () =>
    ActivationCode.from(
      pieces.map((R) => ({
        pieces: R,
        q: Uint8Array.from({ length: 20 }, () => rng.integer(0, R - 1)),
      })),
    ),
  );
  const file = join(scratch, "wide.bin");
  saveCodeBook(CodeBook.from(codes), file);
  const again = loadCodeBook(file);
  codes.forEach((code, n) => {
    assert.ok(again.code(n).equals(code), `code ${n}`);
  });
  const header = JSON.stringify({ size: 4, layers: again.layers }).length;
  // 20 bits and 20 · 3 bits take 3 and 8 bytes.
  assert.equal(readFileSync(file).length, 12 + header + 4 * (3 + 8) + 32);
});

test("every truncation and every flipped bit of a file is refused", () => {
  const file = join(scratch, "whole.bin");
  const broken = join(scratch, "broken.bin");
  saveCodeBook(small, file);
  const bytes = readFileSync(file);
  const refused = (content: Uint8Array, what: string) => {
    writeFileSync(broken, content);
    assert.throws(() => loadCodeBook(broken), CodeBookFileError, what);
  };
  for (let length = 0; length < bytes.length; length++) {
    refused(bytes.subarray(0, length), `the first ${length} bytes`);
  }
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const flipped = Buffer.from(bytes);
    flipped[bit >>> 3]! ^= 1 << (bit & 7);
    refused(flipped, `bit ${bit} flipped`);
  }
  refused(Buffer.concat([bytes, Buffer.of(0)]), "a byte too many");
  assert.throws(
    () => loadCodeBook(join(scratch, "none.bin")),
    /found no file, expected a code book/,
  );
});

test("a header that lies is refused although its check sum is right", () => {
  const file = join(scratch, "forged.bin");
  const forged = (header: object, data: number) => {
    const text = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(text.length);
    const body = Buffer.concat([Buffer.from("madmaxQ1"), length, text, Buffer.alloc(data)]);
    writeFileSync(file, Buffer.concat([body, createHash("sha256").update(body).digest()]));
    return () => loadCodeBook(file);
  };
  const layer = { name: "relu", units: 9, pieces: 2 };
  assert.equal(forged({ size: 2, layers: [layer] }, 4)().size, 2);
  assert.throws(
    forged({ size: 2, layers: [layer] }, 5),
    /found \d+ bytes, expected \d+ by its header/,
  );
  assert.throws(forged({ size: 2e9, layers: [layer] }, 4), /by its header/);
  for (const wrong of [
    { units: 0 },
    { units: 2 ** 31 },
    { pieces: 1 },
    { pieces: 2.5 },
    { name: 3 },
  ]) {
    assert.throws(forged({ size: 2, layers: [{ ...layer, ...wrong }] }, 4), /the header/);
  }
  assert.throws(forged({ size: -1, layers: [] }, 0), /the header/);
  assert.throws(forged([], 0), CodeBookFileError);
});

test("books are of one network, and know their codes", () => {
  assert.throws(() => CodeBook.from([]), /at least one code/);
  const other = SplineNetwork.fromWeights(heWeights([2, 6, 1], random(1)));
  assert.throws(() => CodeBook.from([net.code([0, 1]), other.code([0, 1])]), /different networks/);
  assert.throws(() => small.code(3), /no code 3 in a book of 3/);
  assert.throws(() => small.distance(0, 1, 2), /layer 2 of a code book with layers 0 … 1/);
});

test("codes of no unit are at distance 0", () => {
  const affine = SplineNetwork.fromWeights([{ W: [[1, 0]], b: [0] }]);
  const book = CodeBook.from([affine.code([1, 1]), affine.code([2, 2])]);
  assert.equal(book.distance(0, 1), 0);
});

test("codes to embed need more of them than neighbours, and an error says so", async () => {
  const net = SplineNetwork.fromWeights([
    {
      W: [
        [1, 0],
        [0, 1],
      ],
      b: [0, 0],
    },
    { W: [[1, 1]], b: [0] },
  ]);
  const four = CodeBook.from(
    [
      [1, 1],
      [-1, 1],
      [1, -1],
      [-1, -1],
    ].map((x) => net.code(x)),
  );
  for (const neighbours of [undefined, 0, 1, 4, 2.5]) {
    const options = { random: random(1), ...(neighbours !== undefined && { neighbours }) };
    await assert.rejects(embedCodes(four, options), /RangeError: .*neighbours/);
  }
  for (const epochs of [0, -1, Number.NaN, 2.5]) {
    const options = { random: random(1), neighbours: 3, epochs };
    await assert.rejects(embedCodes(four, options), /RangeError: epochs/);
  }
});
