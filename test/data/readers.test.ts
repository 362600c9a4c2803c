import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { cifar10, DataFormatError, mnist, readCifar10, readIdx } from "../../lib/data";

const scratch = mkdtempSync(join(tmpdir(), "madmax-data-"));
after(() => rmSync(scratch, { recursive: true }));
const shared = join(__dirname, "..", "..", "..", "..", "shared", "data", "cifar10");
const withoutImages = existsSync(shared) ? false : `no CIFAR-10 images at ${shared}`;

const idx = (header: readonly number[], data: readonly number[]) =>
  Uint8Array.from([...header, ...data]);
const GOOD = idx([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3], [1, 2, 3, 4, 5, 6]);

test("an IDX file is read as its header says", () => {
  const { shape, data } = readIdx(GOOD, "good.idx", 2);
  assert.deepEqual(shape, [2, 3]);
  assert.deepEqual([...data], [1, 2, 3, 4, 5, 6]);
});

test("an IDX file cut off at any byte is refused, with the place", () => {
  for (let length = 0; length < GOOD.length; length++) {
    assert.throws(
      () => readIdx(GOOD.subarray(0, length), "cut.idx", 2),
      (error) =>
        error instanceof DataFormatError &&
        error.file === "cut.idx" &&
        error.offset <= length &&
        /^cut\.idx: at byte \d+ found .+, expected .+$/.test(error.message),
      `cut at ${length}`,
    );
  }
});

test("a lying IDX header is refused", () => {
  const changed = (at: number, value: number) => {
    const bytes = GOOD.slice();
    bytes[at] = value;
    return bytes;
  };
  const refused = (bytes: Uint8Array, pattern: RegExp, rank = 2) =>
    assert.throws(() => readIdx(bytes, "lie.idx", rank), pattern);
  refused(changed(0, 1), /at byte 0 found bytes 0100, expected bytes 00 00/);
  refused(changed(2, 0x0d), /at byte 2 found type 0d, expected type 08/);
  refused(changed(3, 3), /at byte 3 found 3 dimensions, expected 2/);
  refused(changed(7, 3), /found 6 bytes of data, expected 9 for the shape \[3,3\]/);
  refused(changed(7, 1), /found 6 bytes of data, expected 3/);
  refused(changed(4, 255), /found 6 bytes of data, expected \d{8,}/);
  refused(Uint8Array.from([...GOOD, 0]), /found 7 bytes of data, expected 6/);
});

test("MNIST is all there", () => {
  const data = mnist({ split: "test" });
  assert.equal(data.size, 10_000);
  assert.deepEqual(data.shape, [28, 28, 1]);
  assert.deepEqual([...data.labels.subarray(0, 5)], [7, 2, 1, 0, 4]);
  const histogram = new Array(10).fill(0);
  for (const label of data.labels) histogram[label]++;
  assert.deepEqual(histogram, [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
  assert.equal(Math.max(...data.inputs.subarray(0, 784)), Math.fround(255 / 255));
  assert.equal(mnist({ split: "train" }).size, 60_000);
  assert.equal(mnist({ split: "train", count: 7 }).inputs.length, 7 * 784);
  for (const count of [0, 1.5, 10_001]) {
    assert.throws(
      () => mnist({ split: "test", count }),
      /images of MNIST \(test\) asked for, which has 10000/,
    );
  }
});

const record = (label: number) =>
  Uint8Array.from({ length: 3073 }, (_, i) =>
    i === 0 ? label : Math.floor((i - 1) / 1024) * 100 + (i % 7),
  );

test("a record of CIFAR-10: planes become channels", () => {
  const { inputs, labels } = readCifar10(record(3), "one.bin");
  assert.deepEqual([...labels], [3]);
  const pixel = 5;
  const expected = [0, 100, 200].map((base) =>
    Math.fround((base + (((base / 100) * 1024 + pixel + 1) % 7)) / 255),
  );
  assert.deepEqual([...inputs.subarray(3 * pixel, 3 * pixel + 3)], expected);
});

test("a record cut off at any byte is refused", () => {
  const two = Uint8Array.from([...record(1), ...record(2)]);
  for (let length = 0; length < two.length; length++) {
    if (length === 3073) continue;
    const expected = { name: "DataFormatError", file: "cut.bin" };
    assert.throws(
      () => readCifar10(two.subarray(0, length), "cut.bin"),
      expected,
      `cut at ${length}`,
    );
  }
  assert.throws(
    () => readCifar10(record(10), "label.bin"),
    /at byte 0 found label 10, expected 0 to 9/,
  );
});

test("CIFAR-10 that isn't there says where it was looked for", () => {
  const nowhere = join(scratch, "nowhere");
  assert.throws(() => cifar10({ split: "train", folder: nowhere }), /nowhere: run npm run data/);
  writeFileSync(join(scratch, "data_batch_1.bin"), record(1));
  assert.throws(() => cifar10({ split: "test", folder: scratch }), /no test images of CIFAR-10/);
  const before = process.env.MADMAX_CIFAR10;
  process.env.MADMAX_CIFAR10 = scratch;
  assert.equal(cifar10({ split: "train" }).size, 1);
  if (before === undefined) delete process.env.MADMAX_CIFAR10;
  else process.env.MADMAX_CIFAR10 = before;
});

test("real CIFAR-10 images", { skip: withoutImages }, () => {
  const data = cifar10({ split: "test", folder: shared, count: 500 });
  assert.deepEqual(data.shape, [32, 32, 3]);
  const mean = data.inputs.reduce((sum, v) => sum + v, 0) / data.inputs.length;
  assert.ok(mean > 0.4 && mean < 0.55, `mean brightness ${mean}`);
  const bytes = readFileSync(join(shared, "test_batch.bin"));
  assert.equal(data.labels[499], bytes[499 * 3073]);
  assert.equal(data.inputs[3 * 1024 * 499 + 1], Math.fround(bytes[499 * 3073 + 1 + 1024]! / 255));
});
