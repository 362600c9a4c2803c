import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readRecord } from "../../lib/backend/record";
import { cifar10 } from "../../lib/data";
import { readDataFile } from "../../lib/data/readDataFile";
import { loadCodeBook } from "../../lib/distance";
import { loadModel } from "../../lib/learning";
import { CheckpointFolder } from "../../lib/learning/checkpoints";
import { finishedNoiseRuns } from "../../lib/notebook/noiseRuns";
import { sourceFiles } from "../../scripts/data/cifar10Files";
import { readNotebook } from "../../scripts/notebooks/notebook";

const scratch = mkdtempSync(join(tmpdir(), "madmax-other-"));
after(() => rmSync(scratch, { recursive: true }));

/** Every reader by the error that it refuses with, and the name of its file in a folder of its own. */
const READERS: [string, string, (file: string, folder: string) => unknown][] = [
  ["DataFormatError", "images", (file) => readDataFile(file)],
  ["DataFormatError", "test_batch.bin", (_, folder) => cifar10({ split: "test", folder })],
  ["DataFormatError", "study.json", (file) => finishedNoiseRuns(file)],
  ["CodeBookFileError", "codes.bin", (file) => loadCodeBook(file)],
  ["ModelFileError", "model.json", (_, folder) => loadModel(folder)],
  [
    "CheckpointError",
    "step-000000001.checkpoint",
    (_, folder) => new CheckpointFolder(folder, {}).read(),
  ],
  ["NotebookFileError", "notebook.ipynb", (file) => readNotebook(file)],
  ["BackendRecordError", "backend.json", (file) => readRecord(file)],
];

const OTHERS: Record<string, (file: string) => unknown> = {
  "a folder": (file) => mkdirSync(file),
  "links that lead in a circle": (file) => symlinkSync(file, file),
  "a pipe or a device": (file) => execFileSync("mkfifo", [file]),
  "3221225472 bytes": (file) => {
    writeFileSync(file, "");
    truncateSync(file, 3 * 2 ** 30); // sparse: it takes no room
  },
};

for (const [found, make] of Object.entries(OTHERS)) {
  const skip = process.platform === "win32" ? "made by commands of POSIX" : false;
  test(`${found} in the place of a file is refused by every reader, at once`, {
    skip,
  }, async () => {
    for (const [k, [kind, name, read]] of READERS.entries()) {
      const folder = join(scratch, `${found} ${k}`);
      mkdirSync(folder);
      make(join(folder, name));
      const before = process.memoryUsage().external;
      const start = performance.now();
      await assert.rejects(
        async () => await read(join(folder, name), folder),
        (error: Error) => {
          assert.equal(error.name, kind, error.stack);
          assert.ok(error.message.includes(`found ${found}`), error.message);
          assert.ok(error.message.includes(folder), error.message);
          return true;
        },
        name,
      );
      assert.ok(performance.now() - start < 1000, `${name}: too slow`);
      assert.ok(process.memoryUsage().external - before < 2 ** 24, `${name}: too much memory`);
    }
  });
}

test("an archive of gigabytes is refused unread", async () => {
  const file = join(scratch, "large.tar.gz");
  writeFileSync(file, "");
  truncateSync(file, 3 * 2 ** 30);
  await assert.rejects(
    sourceFiles(file),
    /large\.tar\.gz: found 3221225472 bytes, expected at most/,
  );
});
