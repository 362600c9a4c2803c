import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";
import { type Archive, DownloadError, download, isArchive } from "../../scripts/data/archive";
import { tarOf } from "./tarOf";

const scratch = mkdtempSync(join(tmpdir(), "madmax-fetch-"));
after(() => rmSync(scratch, { recursive: true }));

const program = join(__dirname, "..", "..", "scripts", "data.js");
const RECORD = Buffer.alloc(3073, 5);

/** A new folder with these files. */
function folder(name: string, files: Record<string, Buffer> = {}): string {
  const place = join(scratch, name);
  mkdirSync(place, { recursive: true });
  for (const [file, content] of Object.entries(files)) writeFileSync(join(place, file), content);
  return place;
}

/** Runs npm run data -- --from FROM --to PLACE/cifar10. */
function run(from: string, place: string) {
  const args = [program, "--from", from, "--to", join(place, "cifar10")];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  return { status, stdout, stderr };
}

test("a folder's files are checked and copied, others left alone", () => {
  const meta = Buffer.from("airplane\n");
  const from = folder("whole", {
    "test_batch.bin": Buffer.concat([RECORD, RECORD]),
    "data_batch_2.bin": RECORD,
    "batches.meta.txt": meta,
    "readme.html": meta,
  });
  const place = folder("whole-to");
  const { status, stdout } = run(from, place);
  assert.equal(status, 0);
  assert.match(stdout, /data_batch_2\.bin: 1 images\n {2}test_batch\.bin: 2 images\n$/);
  const copied = ["batches.meta.txt", "data_batch_2.bin", "test_batch.bin"];
  assert.deepEqual(readdirSync(join(place, "cifar10")).sort(), copied);
  assert.deepEqual(readFileSync(join(place, "cifar10", "data_batch_2.bin")), RECORD);
});

test("a damaged file stops the copy: what was there stays, nothing half-written is left", () => {
  const place = folder("damaged-to");
  assert.equal(run(folder("first", { "test_batch.bin": RECORD }), place).status, 0);
  const cut = { "data_batch_1.bin": RECORD, "test_batch.bin": RECORD.subarray(0, 3000) };
  const { status, stderr } = run(folder("damaged", cut), place);
  assert.equal(status, 1);
  assert.match(
    stderr,
    /test_batch\.bin: at byte 3000 found the end of the file, expected all 3073/,
  );
  assert.deepEqual(readdirSync(join(place, "cifar10")), ["test_batch.bin"]);
  assert.deepEqual(readdirSync(join(place, "cache")), []);
});

test("a local archive will do; paths that lead out of it won't", () => {
  const files = { "cifar-10-batches-bin/test_batch.bin": RECORD, "readme.html": RECORD };
  const from = folder("archives", {
    "good.tar.gz": gzipSync(tarOf(files)),
    "evil.tar.gz": gzipSync(tarOf({ "../test_batch.bin": RECORD })),
    "cut.tar.gz": gzipSync(tarOf(files)).subarray(0, -9),
    "twice.tar.gz": gzipSync(tarOf({ "a/test_batch.bin": RECORD, "b/test_batch.bin": RECORD })),
  });
  const place = folder("archives-to");
  assert.equal(run(join(from, "good.tar.gz"), place).status, 0);
  assert.deepEqual(readdirSync(join(place, "cifar10")), ["test_batch.bin"]);
  const complaint = (name: string) => run(join(from, name), place).stderr;
  assert.match(
    complaint("evil.tar.gz"),
    /found path "\.\.\/test_batch\.bin", expected a path inside/,
  );
  assert.match(complaint("cut.tar.gz"), /can't be decompressed .* expected a gzipped tar archive/);
  assert.match(complaint("twice.tar.gz"), /found test_batch\.bin in two folders/);
});

test("what can't be copied is said in one line", () => {
  const place = folder("refusals");
  const line = (from: string, to = place) => {
    const { status, stderr } = run(from, to);
    assert.equal(status, 1);
    assert.match(stderr, /^[^\n]+\n$/);
    return stderr;
  };
  assert.match(line(join(scratch, "nowhere")), /^there is no .*nowhere/);
  assert.match(line(folder("empty")), /no file of CIFAR-10: data_batch_1\.bin/);
  const own = folder("refusals/cifar10", { "thesis.tex": Buffer.from("mine") });
  const from = folder("refused", { "test_batch.bin": RECORD });
  assert.match(line(from), /holds thesis\.tex, which is not of CIFAR-10: move it away first/);
  assert.deepEqual(readdirSync(own), ["thesis.tex"]);
});

test("what a killed run left is swept up, what a running one needs isn't", () => {
  const place = folder("killed");
  const dead = spawnSync(process.execPath, ["-e", ""]).pid;
  const left = folder(`killed/cache/cifar10.unfinished-${dead}`, { "test_batch.bin": RECORD });
  const alive = folder(`killed/cache/cifar10.unfinished-${process.pid}`);
  assert.equal(run(folder("swept", { "test_batch.bin": RECORD }), place).status, 0);
  assert.equal(existsSync(left), false);
  assert.equal(existsSync(alive), true);
});

test("a download is there whole and checked, or not at all", async (t) => {
  const content = Buffer.alloc(300_000, "spline ");
  const sum = (algorithm: string) => createHash(algorithm).update(content).digest("hex");
  const answers: Record<string, RequestListener> = {
    "/whole": (_, response) => response.end(content),
    "/short": (_, response) => response.end(content.subarray(1)),
    "/long": (_, response) => response.end(Buffer.concat([content, content])),
    "/other": (_, response) => response.end(Buffer.alloc(content.length)),
    "/absent": (_, response) => response.writeHead(404).end(),
    "/cut": (_, response) => {
      response.writeHead(200, { "content-length": content.length });
      response.write(content.subarray(0, 1000), () => response.destroy());
    },
  };
  const server = createServer((request, response) => answers[request.url!]!(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  t.after(() => server.close());

  const archiveAt = (url: string): Archive => ({
    url,
    size: content.length,
    md5: sum("md5"),
    sha256: sum("sha256"),
  });
  const place = folder("downloads");
  const [target, part] = [join(place, "archive"), join(place, "part")];
  const lines: string[] = [];
  const fetched = (url: string) =>
    download(archiveAt(url), target, part, (line) => lines.push(line));

  const failures = {
    "/short": /299999 of its 300000 bytes/,
    "/long": /more than its 300000 bytes/,
    "/other": /check sums [0-9a-f]{32} and [0-9a-f]{64}, expected/,
    "/absent": /couldn't be fetched: HTTP 404/,
    "/cut": /couldn't be fetched: /,
  };
  for (const [path, message] of Object.entries(failures)) {
    await assert.rejects(fetched(address + path), (error) => {
      assert.ok(error instanceof DownloadError);
      assert.match(error.message, message);
      return true;
    });
    assert.deepEqual(readdirSync(place), [], path);
  }
  lines.length = 0;
  await fetched(`${address}/whole`);
  assert.deepEqual(readdirSync(place), ["archive"]);
  assert.ok(isArchive(readFileSync(target), archiveAt(address)));
  assert.ok(!isArchive(content.subarray(1), archiveAt(address)));
  assert.equal(lines.at(-1), "  100 % of 0 MB");

  const absent = createServer();
  await new Promise<void>((resolve) => absent.listen(0, "127.0.0.1", resolve));
  const { port } = absent.address() as AddressInfo;
  await new Promise((resolve) => absent.close(resolve));
  await assert.rejects(fetched(`http://127.0.0.1:${port}/whole`), /be fetched: ECONNREFUSED/);
});
