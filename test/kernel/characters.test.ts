import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { jupyterPython, KernelUnderTest, text } from "./kernelUnderTest";

const missing = jupyterPython() === undefined ? "no .venv: run npm start" : false;

describe("characters", { skip: missing }, () => {
  let kernel: KernelUnderTest;
  before(async () => {
    kernel = await KernelUnderTest.start();
    await kernel.run("1"); // takes what the driver was greeted with off the shell channel
  });
  after(() => kernel.stop());

  test("a cursor's place is counted in code points", async () => {
    for (const [code, start, end] of [
      ["Math.ma", 5, 7],
      ["'é'; Math.ma", 10, 12],
      ["'🐛'; Math.ma", 10, 12],
      ["'🐛🐛'; Math.", 11, 11],
    ] as const) {
      const reply = await kernel.ask({ complete: code });
      assert.deepEqual([reply.cursor_start, reply.cursor_end], [start, end], code);
      assert.ok(reply.matches.includes("max"), code);
    }
    // Within max; counted in UTF-16 units it would be the end of Math.
    const found = await kernel.ask({ inspect: "'🐛🐛'; Math.max", at: 12 });
    assert.match(found.data["text/plain"], /Math\.max/);
  });

  test("a character that two chunks share is one", async () => {
    const [halves] = await kernel.run(
      "const e = Buffer.from('é🐛');\nfor (const byte of e) process.stdout.write(Uint8Array.of(byte));",
    );
    assert.equal(text(halves!), "é🐛");
    const [process] = await kernel.run(`import { spawn } from "node:child_process";
const child = spawn(process.execPath, ["-e", 'process.stdout.write("a" + "é".repeat(200000))']);
child.stdout.on("data", (bytes) => { process.stdout.write(bytes); });
await new Promise((resolve) => child.on("close", () => resolve(undefined)));`);
    assert.equal(text(process!), `a${"é".repeat(200_000)}`);
  });

  test("stdout and stderr keep their beginnings of characters apart", async () => {
    const [cell] = await kernel.run(`const [a, b] = Buffer.from("é");
process.stdout.write(Uint8Array.of(a));
process.stderr.write("error");
process.stdout.write(Uint8Array.of(b));
const done = 1;`);
    assert.deepEqual([text(cell!), text(cell!, "stderr")], ["é", "error"]);
  });

  test("a text is written in the encoding it is said to have", async () => {
    const [cell] = await kernel.run(`process.stdout.write("616263", "hex");
process.stdout.write("ZGVm", "base64", () => {});
process.stdout.write("g", "utf-8");
const written = process.stdout.write("é", "utf8");`);
    assert.equal(text(cell!), "abcdefgé");
  });

  test("a last write shows its text alone, other values are shown as ever", async () => {
    const [write, value] = await kernel.run(
      'process.stdout.write("616263", "hex"); // and no "true"',
      'const w = process.stdout.write("d");\nw',
    );
    assert.deepEqual([text(write!), text(value!)], ["abc", "dtrue\n"]);
  });
});
