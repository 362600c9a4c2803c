import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { DataFormatError } from "../../lib/data";
import { readTar } from "../../scripts/data/tar";
import { sealed, tarOf } from "./tarOf";

const contents = (archive: Uint8Array) =>
  Object.fromEntries(
    readTar(archive, "a.tar").map(({ name, bytes }) => [name, Buffer.from(bytes)]),
  );

test("the files of an archive come out as they went in", () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9._-]{0,20}(\/[a-z][a-z0-9._-]{0,20})?$/);
  const content = fc.uint8Array({ maxLength: 1100 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(fc.dictionary(name, content, { maxKeys: 4, noNullPrototype: true }), (files) => {
      assert.deepEqual(contents(tarOf(files)), files);
    }),
  );
  assert.deepEqual(contents(tarOf({ "folder/": Buffer.alloc(0) }, "5")), {});
});

test("archives of the system's tar are read, of both its formats", (t) => {
  if (spawnSync("tar", ["--version"]).status !== 0) return t.skip("there is no tar here");
  const place = mkdtempSync(join(tmpdir(), "madmax-tar-"));
  t.after(() => rmSync(place, { recursive: true }));
  const deep = "d".repeat(80);
  mkdirSync(join(place, deep));
  writeFileSync(join(place, deep, "in-a-deep-folder.bin"), Buffer.alloc(1000, 1));
  writeFileSync(join(place, "two.txt"), "two");
  for (const [format, inside] of [
    ["ustar", deep],
    ["gnu", "two.txt"],
  ] as const) {
    // biome-ignore format: pairs
    const { stdout } = spawnSync("tar", ["-C", place, `--format=${format}`, "-cf", "-", inside]);
    const [only] = readTar(stdout, format);
    assert.equal(only!.bytes.length, inside === deep ? 1000 : 3);
    assert.equal(only!.name, inside === deep ? `${deep}/in-a-deep-folder.bin` : "two.txt");
  }
});

test("an archive cut off at any byte is refused, with the place", () => {
  const archive = tarOf({ "one.bin": Buffer.alloc(700, 1), "two.bin": Buffer.alloc(5, 2) });
  for (let length = 0; length < archive.length; length++) {
    assert.throws(
      () => readTar(archive.subarray(0, length), "cut.tar"),
      (error) => error instanceof DataFormatError && error.offset === length,
      `cut at ${length}`,
    );
  }
});

test("what isn't plain and whole is refused", () => {
  const archive = tarOf({ "one.bin": Buffer.alloc(700, 1) });
  const refused = (bytes: Buffer, message: RegExp) =>
    assert.throws(() => readTar(bytes, "bad.tar"), message);
  const changed = (at: number, text: string) => {
    const bytes = Buffer.from(archive);
    bytes.write(text, at);
    return at < 512 ? sealed(bytes) : bytes;
  };
  const flipped = Buffer.from(archive);
  flipped[3]! ^= 1;
  refused(flipped, /at byte 148 found check sum \d+, expected \d+ of a tar header/);
  refused(changed(257, "other"), /at byte 257 found "other", expected "ustar"/);
  refused(changed(124, "\u0080"), /at byte 124 found no octal number, expected the file's size/);
  refused(changed(124, "77777777777"), /expected 8589934591 bytes of one\.bin/);
  refused(changed(archive.length - 1, "x"), /found data after the last file, expected zeros/);
  for (const type of ["1", "2", "3", "L", "x", "g"]) {
    refused(tarOf({ a: Buffer.alloc(0) }, type), /found type "." of a, expected a plain file or/);
  }
  for (const path of ["/etc/passwd", "../a", "a/../../b", "C:/a", "a\\b", ""]) {
    refused(tarOf({ [path]: Buffer.alloc(1) }), /expected a path inside the archive/);
  }
  const one = archive.subarray(0, archive.length - 1024);
  refused(Buffer.concat([one, archive]), /found a second one\.bin, expected each file once/);
});
