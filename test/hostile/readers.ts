import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as tf from "@tensorflow/tfjs";
import { BackendRecordError } from "../../lib/backend/BackendRecordError";
import { readRecord } from "../../lib/backend/record";
import { cifar10, DataFormatError, type Dataset, readIdx } from "../../lib/data";
import { mnistOf } from "../../lib/data/mnist";
import { CodeBook, CodeBookFileError, loadCodeBook, saveCodeBook } from "../../lib/distance";
import {
  CheckpointError,
  type LearningCurve,
  type LoadedModel,
  loadModel,
  ModelFileError,
  noiseJobs,
  saveModel,
  takeSnapshot,
  trainClassifier,
} from "../../lib/learning";
import { ActivationCode } from "../../lib/network";
import { noiseRuns } from "../../lib/notebook";
import { finishedNoiseRuns, keepNoiseRuns } from "../../lib/notebook/noiseRuns";
import { type Random, random } from "../../lib/random";
import { unpack } from "../../scripts/data/archive";
import { readTar, type TarMember } from "../../scripts/data/tar";
import { sourceOf } from "../../scripts/export/source";
import { NotebookFileError } from "../../scripts/notebooks/checkNotebook";
import { readNotebook } from "../../scripts/notebooks/notebook";
import { sealed, tarOf } from "../data/tarOf";
import { numbersOf, smallNet, toyData } from "../learning/smallNet";
import { code, notebookOf } from "../runner/notebookOf";
import type { Reader } from "./attempt";
import { below, lyingJson } from "./corrupt";

/** Where the files of the readers are; remove it afterwards. */
export const scratch = mkdtempSync(join(tmpdir(), "madmax-hostile-"));

const bytesFrom = (length: number, draw: Random): Buffer =>
  Buffer.from(Uint8Array.from({ length }, () => below(256, draw)));

/** A reader of files: what it is given is written to `file` first. */
function fromFile(file: string, read: () => unknown): Pick<Reader, "file" | "read"> {
  return {
    file,
    read: (bytes) => {
      writeFileSync(file, bytes);
      return read();
    },
  };
}

/** A file of JSON: read right if it is what JSON.parse makes of it. */
function ofJson(good: Buffer): Pick<Reader, "good" | "lie" | "check"> {
  return {
    good,
    lie: (draw) => {
      const { what, value } = lyingJson(JSON.parse(String(good)), draw);
      return { what, bytes: Buffer.from(JSON.stringify(value)) };
    },
    check: (reading, bytes) => assert.deepEqual(reading, JSON.parse(String(bytes))),
  };
}

/** Start, header of JSON and payload as code books and checkpoints have them, then their SHA-256. */
function sealedFile(good: Buffer): {
  header: Record<string, unknown>;
  payload: Buffer;
  lie: NonNullable<Reader["lie"]>;
} {
  const end = 12 + good.readUInt32LE(8);
  const header = JSON.parse(good.toString("utf8", 12, end)) as Record<string, unknown>;
  const payload = good.subarray(end, -32);
  return {
    header,
    payload,
    lie: (draw) => {
      const lie = lyingJson(header, draw);
      const text = Buffer.from(JSON.stringify(lie.value));
      const content = Buffer.from(payload);
      const flips = draw.uniform() < 0.4 && content.length > 0 ? 1 : 0;
      for (let k = 0; k < flips; k++) content[below(content.length, draw)]! ^= 1 << below(8, draw);
      const start = Buffer.from(good.subarray(0, 12));
      start.writeUInt32LE(draw.uniform() < 0.1 ? 2 ** 31 + 5 : text.length, 8);
      const told = flips === 1 && draw.uniform() < 0.8 ? good.subarray(12, end) : text;
      if (told !== text) start.writeUInt32LE(told.length, 8);
      const body = Buffer.concat([start, told, content]);
      const sum = createHash("sha256").update(body).digest();
      return { what: `sealed, ${lie.what}, ${flips} bit`, bytes: Buffer.concat([body, sum]) };
    },
  };
}

function idx(): Reader {
  const images = Buffer.concat([
    Buffer.from([0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 28, 0, 0, 0, 28]),
    bytesFrom(3 * 28 * 28, random(1)),
  ]);
  const file = "images-idx3-ubyte";
  const labels = { file: "labels", shape: [3], data: Uint8Array.from([0, 5, 9]) };
  return {
    name: "IDX",
    count: 2100,
    good: images,
    file,
    errors: [DataFormatError],
    lie: (draw) => {
      const rank = below(256, draw);
      const dimension = () => [0, 1, 28, 2 ** 16, 2 ** 31, 2 ** 32 - 1][below(6, draw)]!;
      const header = Buffer.alloc(4 + 4 * rank);
      header.set([0, 0, 8, rank]);
      for (let k = 0; k < rank; k++) header.writeUInt32BE(dimension(), 4 + 4 * k);
      const rest = Buffer.alloc(below(3, draw));
      return { what: `${rank} dimensions`, bytes: Buffer.concat([header, rest]) };
    },
    read: (bytes) => {
      const array = readIdx(bytes, file);
      if (array.shape.length !== 3) return { array };
      return { array, set: mnistOf({ file, ...array }, labels, { split: "test" }) };
    },
    check: (reading, bytes) => {
      const { array, set } = reading as { array: ReturnType<typeof readIdx>; set?: Dataset };
      const rank = bytes[3]!;
      const shape = Array.from({ length: rank }, (_, k) => bytes.readUInt32BE(4 + 4 * k));
      assert.deepEqual(array.shape, shape);
      const size = shape.reduce((product, n) => product * BigInt(n), 1n);
      assert.equal(size, BigInt(array.data.length));
      assert.ok(Buffer.from(array.data).equals(bytes.subarray(4 + 4 * rank)));
      set?.inputs.forEach((value, i) => {
        assert.equal(value, Math.fround(bytes[16 + i]! / 255));
      });
    },
  };
}

function cifar(): Reader {
  const records = 3;
  const good = bytesFrom(3073 * records, random(2));
  for (let n = 0; n < records; n++) good[3073 * n] = 4 + n;
  const folder = join(scratch, "cifar10");
  mkdirSync(folder);
  const file = join(folder, "test_batch.bin");
  return {
    name: "CIFAR-10",
    count: 800,
    good,
    ...fromFile(file, () => cifar10({ split: "test", folder })),
    errors: [DataFormatError],
    check: (reading, bytes) => {
      const { size, inputs, labels } = reading as Dataset;
      assert.equal(3073 * size, bytes.length);
      for (let n = 0; n < size; n++) {
        assert.equal(labels[n], bytes[3073 * n]);
        for (let i = 0; i < 3072; i++) {
          const byte = bytes[3073 * n + 1 + (i % 3) * 1024 + Math.floor(i / 3)]!;
          if (inputs[3072 * n + i] !== Math.fround(byte / 255)) assert.fail(`pixel ${i} of ${n}`);
        }
      }
    },
  };
}

const FILES = {
  "a/data_batch_1.bin": bytesFrom(700, random(3)),
  "a/readme.txt": Buffer.from("about"),
  "a/empty.txt": Buffer.alloc(0),
};

/** The plain files of an archive that is in order, block by block. */
function membersOf(archive: Buffer): [string, Buffer][] {
  const members: [string, Buffer][] = [];
  const text = (from: number, to: number) => archive.toString("utf8", from, to).split("\0", 1)[0]!;
  for (let at = 0; archive.subarray(at, at + 512).some((byte) => byte !== 0); ) {
    const size = Number.parseInt(text(at + 124, at + 136).trim(), 8);
    const prefix = archive[at + 262] === 0 ? text(at + 345, at + 500) : "";
    const name = `${prefix}${prefix === "" ? "" : "/"}${text(at, at + 100)}`;
    const content = archive.subarray(at + 512, at + 512 + size);
    if (archive[at + 156] !== "5".charCodeAt(0)) members.push([name, content]);
    at += 512 * (1 + Math.ceil(size / 512));
  }
  return members;
}

const sameMembers = (reading: unknown, archive: Buffer) =>
  assert.deepEqual(
    (reading as TarMember[]).map(({ name, bytes }) => [name, Buffer.from(bytes)]),
    membersOf(archive),
  );

function tar(): Reader {
  const good = tarOf(FILES);
  return {
    name: "tar",
    count: 2000,
    good,
    file: "any.tar",
    errors: [DataFormatError],
    lie: (draw) => {
      const bytes = Buffer.from(good);
      const sizes = ["77777777777", "20000000000", "00000000000", "0000000000", "-1", "\x80", "9"];
      const names = ["../out", "/etc/passwd", "", "a\\b", "C:x", "a/readme.txt"];
      const what = below(3, draw);
      if (what === 0) bytes.write(`${sizes[below(sizes.length, draw)]!}\0`, 124, "latin1");
      if (what === 1) bytes.fill(0, 0, 100).write(names[below(names.length, draw)]!, 0);
      if (what === 2) bytes[156] = below(256, draw);
      sealed(bytes.subarray(0, 512));
      return { what: `a sealed header, ${["size", "name", "type"][what]}`, bytes };
    },
    read: (bytes) => readTar(bytes, "any.tar"),
    check: sameMembers,
  };
}

function archive(): Reader {
  const good = gzipSync(tarOf(FILES));
  return {
    name: "tar.gz",
    count: 1000,
    good,
    file: "any.tar.gz",
    errors: [DataFormatError],
    read: (bytes) => unpack(bytes, "any.tar.gz"),
    // Damage that a check sum of the data can't see leaves the data as they were.
    check: (reading) => sameMembers(reading, tarOf(FILES)),
  };
}

function codeBooks(): Reader {
  const draw = random(4);
  const book = CodeBook.from(
    Array.from({ length: 9 }, () =>
      ActivationCode.from([
        { q: Uint8Array.from({ length: 37 }, () => below(2, draw)), pieces: 2 },
        { q: Uint8Array.from({ length: 11 }, () => below(5, draw)), pieces: 5 },
      ]),
    ),
  );
  const file = join(scratch, "codes.bin");
  saveCodeBook(book, file);
  const good = readFileSync(file);
  return {
    name: "code book",
    count: 1500,
    good,
    lie: sealedFile(good).lie,
    ...fromFile(file, () => loadCodeBook(file)),
    errors: [CodeBookFileError],
    check: (reading, bytes) => {
      const read = reading as CodeBook;
      const { header, payload } = sealedFile(bytes);
      assert.equal(read.size, header.size);
      assert.deepEqual(read.layers, header.layers);
      for (let n = 0; n < Math.min(read.size, 10); n++) read.code(n);
      const again = join(scratch, "codes again.bin");
      saveCodeBook(read, again);
      assert.ok(sealedFile(readFileSync(again)).payload.equals(payload));
    },
  };
}

async function checkpoints(): Promise<Reader> {
  const folder = join(scratch, "checkpoints");
  const { training, validation } = toyData(60);
  const model = smallNet(1, 5);
  const train = () =>
    trainClassifier(model, training, {
      epochs: 2,
      batchSize: 10,
      optimizer: 0.01,
      random: random(5),
      validation,
      snapshots: [1],
      earlyStop: { patience: 5 },
      checkpoint: { folder },
    });
  await train();
  const file = join(folder, "step-000000006.checkpoint");
  const good = readFileSync(file);
  return {
    name: "checkpoint",
    count: 150,
    good,
    lie: sealedFile(good).lie,
    // Alone in its folder: there is no older one to go back to.
    read: async (bytes) => {
      rmSync(folder, { recursive: true });
      mkdirSync(folder);
      writeFileSync(file, bytes);
      return await train();
    },
    file: folder,
    errors: [CheckpointError],
    check: (reading, bytes) => {
      const { epochs, steps, resumedFrom } = reading as LearningCurve;
      const { header, payload } = sealedFile(bytes);
      const { state } = header.header as { state: { epochs: unknown; best: unknown } };
      assert.equal(resumedFrom, 6);
      assert.deepEqual(epochs, state.epochs);
      const { table } = header as { table: { name: string; type: string; length: number }[] };
      let at = 0;
      const arrays = new Map<string, number[]>();
      for (const { name, type, length } of table) {
        const [size, read] =
          type === "float64" ? ([8, "readDoubleLE"] as const) : ([4, "readFloatLE"] as const);
        arrays.set(
          name,
          Array.from({ length }, (_, k) => payload[read](at + size * k)),
        );
        at += size * length;
      }
      assert.deepEqual(
        steps.map(({ loss }) => loss),
        arrays.get("losses"),
      );
      // The weights are those of the best epoch, where there is one.
      const kind = state.best === null ? "weights" : "best";
      const weights = [...arrays].filter(([name]) => name.startsWith(`${kind}/`));
      assert.deepEqual(
        numbersOf(model),
        weights.flatMap(([, values]) => values),
      );
    },
  };
}

const CARD = {
  name: "small",
  description: "a net",
  recipe: { seed: 1 },
  figures: { accuracy: 0.25 },
  backend: "any",
};

/** Readers of a model's folder, for one damaged file of it. */
async function models(): Promise<Reader[]> {
  const make = async (name: string, changed: string, count: number, card: boolean) => {
    const folder = join(scratch, name);
    const model = smallNet(1, 5);
    await saveModel(model, folder, CARD, [takeSnapshot(model, 10)]);
    model.dispose();
    if (!card) rmSync(join(folder, "card.json"));
    const file = join(folder, changed);
    const good = readFileSync(file);
    const isJson = changed.endsWith(".json");
    let tensors = 0;
    const reader: Reader = {
      name,
      count,
      good,
      ...(isJson && { lie: ofJson(good).lie! }),
      errors: [ModelFileError],
      file: folder,
      read: async (bytes) => {
        writeFileSync(file, bytes);
        tensors = tf.memory().numTensors;
        try {
          return await loadModel(folder);
        } catch (error) {
          assert.equal(tf.memory().numTensors, tensors, "no tensor is left behind");
          throw error;
        }
      },
      check: (reading) => {
        const { model, card, snapshots } = reading as LoadedModel;
        if (card !== undefined) {
          const stored = readFileSync(join(folder, "card.json"), "utf8");
          assert.deepEqual(card, JSON.parse(stored));
          assert.ok(Object.values(card.figures).every(Number.isFinite), "figures are numbers");
          for (const text of [card.description, card.backend]) assert.equal(typeof text, "string");
        }
        const { weightsManifest } = JSON.parse(readFileSync(join(folder, "model.json"), "utf8"));
        const [{ weights }] = weightsManifest as [{ weights: { name: string; shape: number[] }[] }];
        const numbers = readFileSync(join(folder, "weights.bin"));
        let at = 0;
        for (const { name, shape } of weights) {
          const values = model.weights.find((w) => w.originalName === name)!.read();
          assert.deepEqual(values.shape, shape);
          values.dataSync().forEach((value, k) => {
            assert.equal(value, numbers.readFloatLE(at + 4 * k));
          });
          at += 4 * values.size;
        }
        assert.equal(at, numbers.length);
        assert.equal(snapshots.length, card?.snapshots.length ?? 0);
      },
      release: (reading) => {
        const { model } = reading as LoadedModel;
        tf.dispose(model.weights.map((weight) => weight.read()));
      },
    };
    return reader;
  };
  return [
    await make("model.json", "model.json", 400, true),
    await make("weights, with a card", "weights.bin", 150, true),
    await make("weights, without a card", "weights.bin", 150, false),
    await make("model card", "card.json", 300, true),
    await make("snapshot", "epoch-10.bin", 100, true),
  ];
}

function notebooks(): Reader[] {
  const cell = code("import * as mm from 'madmax'\nconst x = 1;");
  const notebook = notebookOf([
    {
      ...cell,
      execution_count: 1,
      outputs: [
        { output_type: "stream", name: "stdout", text: ["1\n", "2\n"] },
        { output_type: "display_data", data: { "text/plain": "a figure" }, metadata: {} },
      ],
    },
  ]);
  const good = Buffer.from(JSON.stringify(notebook, null, 1));
  const file = join(scratch, "notebook.ipynb");
  return [
    {
      name: "notebook",
      count: 500,
      ...ofJson(good),
      ...fromFile(file, () => readNotebook(file)),
      errors: [NotebookFileError],
    },
    {
      name: "notebook to be exported",
      count: 200,
      ...ofJson(good),
      ...fromFile(file, () => sourceOf(file).notebook),
      errors: [NotebookFileError],
    },
  ];
}

function study(): Reader {
  const file = join(scratch, "study.json");
  keepNoiseRuns(noiseRuns().slice(0, 3), file);
  const good = readFileSync(file);
  const { study: described } = JSON.parse(String(good));
  assert.ok(noiseJobs().length > 3);
  return {
    name: "study",
    count: 500,
    ...ofJson(good),
    ...fromFile(file, () => finishedNoiseRuns(file)),
    errors: [DataFormatError],
    check: (reading, bytes) => {
      const stored = JSON.parse(String(bytes));
      const same = JSON.stringify(stored.study) === JSON.stringify(described);
      assert.deepEqual(reading, same ? stored.runs : []);
    },
  };
}

function record(): Reader {
  const file = join(scratch, "backend.json");
  const attempts = [
    { name: "native (download)", outcome: "can't be reached" },
    { name: "native (wheel)", outcome: "works" },
  ];
  const good = Buffer.from(JSON.stringify({ backend: "native", way: "wheel", attempts }, null, 2));
  return {
    name: "record of the set-up",
    count: 400,
    ...ofJson(good),
    ...fromFile(file, () => readRecord(file)),
    errors: [BackendRecordError],
  };
}

/** Every reader of files that there is. */
export async function readers(): Promise<Reader[]> {
  return [
    idx(),
    cifar(),
    tar(),
    archive(),
    codeBooks(),
    await checkpoints(),
    ...(await models()),
    ...notebooks(),
    study(),
    record(),
  ];
}
