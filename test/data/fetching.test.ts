import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";
import { unpack } from "../../scripts/data/cifar10";
import { tarEntries } from "../../scripts/data/tar";

const scratch = mkdtempSync(join(tmpdir(), "madmax-fetch-"));
after(() => rmSync(scratch, { recursive: true }));

/** A tar archive of some files, as POSIX describes it. */
function tar(files: Record<string, Buffer>, kind = "0"): Buffer {
  const blocks = Object.entries(files).flatMap(([name, content]) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write(`${content.length.toString(8).padStart(11, "0")}\0`, 124);
    header.write(kind, 156);
    header.fill(" ", 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

const RECORD = Buffer.alloc(3073, 5);

test("the files of an archive come out as they went in", () => {
  const files = {
    "a/one.txt": Buffer.from("one"),
    "two.bin": Buffer.alloc(512, 2),
    empty: Buffer.alloc(0),
  };
  const entries = [...tarEntries(tar(files))];
  assert.deepEqual(
    Object.fromEntries(entries.map(({ name, content }) => [name, Buffer.from(content)])),
    files,
  );
  assert.deepEqual([...tarEntries(tar(files, "5"))], [], "folders and links are passed over");
});

test("a damaged archive is refused", () => {
  const archive = tar({ "one.bin": Buffer.alloc(700, 1) });
  assert.throws(
    () => [...tarEntries(archive.subarray(0, 900))],
    /ends at byte 900, inside the file/,
  );
  assert.throws(() => [...tarEntries(archive.subarray(0, 1536))], /without its closing blocks/);
  const flipped = Buffer.from(archive);
  flipped[3]! ^= 1;
  assert.throws(() => [...tarEntries(flipped)], /damaged header at byte 0/);
});

test("only an archive with the right sum is unpacked, only its data files are taken", () => {
  const archive = gzipSync(
    tar({
      "cifar/test_batch.bin": RECORD,
      "../data_batch_1.bin": RECORD,
      "cifar/readme.html": RECORD,
    }),
  );
  const md5 = createHash("md5").update(archive).digest("hex");
  assert.deepEqual(
    unpack(archive, md5).map(({ name }) => name),
    ["test_batch.bin", "data_batch_1.bin"],
  );
  assert.throws(() => unpack(archive), /has the MD5 sum [0-9a-f]{32}, expected c32a1d4a/);
});

test("npm run data -- --from copies whole files, and nothing of a folder with a damaged one", () => {
  const [from, to] = [join(scratch, "from"), join(scratch, "to")];
  mkdirSync(from);
  const program = join(__dirname, "..", "..", "scripts", "data.js");
  const run = () =>
    spawnSync(process.execPath, [program, "--from", from, "--to", to], { encoding: "utf8" });

  assert.match(run().stderr, /has no file of CIFAR-10: expected data_batch_1\.bin/);
  writeFileSync(join(from, "test_batch.bin"), Buffer.concat([RECORD, RECORD]));
  assert.equal(run().stdout, "test_batch.bin: 2 images\n");
  writeFileSync(join(from, "data_batch_1.bin"), RECORD.subarray(0, 3000));
  const broken = run();
  assert.equal(broken.status, 1);
  assert.match(
    broken.stderr,
    /data_batch_1\.bin: at byte 0 found 3000 bytes of record 0, expected 3073/,
  );
  assert.deepEqual(readdirSync(to), ["test_batch.bin"], "what was there is as it was");
  assert.ok(!existsSync(`${to}.partial`));
});
