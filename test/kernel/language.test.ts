import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { errors, jupyterPython, KernelUnderTest, text } from "./kernelUnderTest";

const missing = jupyterPython() === undefined ? "no .venv: run npm start" : false;

describe("the language of cells", { skip: missing }, () => {
  let kernel: KernelUnderTest;
  before(async () => {
    kernel = await KernelUnderTest.start();
  });
  after(() => kernel.stop());

  /** Runs cells one after the other; the last one's text. */
  async function shownBy(...cells: string[]): Promise<string> {
    const results = await kernel.run(...cells);
    for (const [k, cell] of results.entries()) {
      assert.equal(errors(cell)[0]?.evalue, undefined, cells[k]);
    }
    return text(results.at(-1)!);
  }

  async function complaint(cell: string): Promise<string | undefined> {
    return errors((await kernel.run(cell))[0]!)[0]?.evalue;
  }

  test("any package can be imported at run time, and later cells know its types", async () => {
    const imports = 'const tf1 = await import("@tensorflow/tfjs");';
    assert.equal(await shownBy(imports, "tf1.tensor([1, 2]).shape"), "[ 2 ]\n");
    assert.match((await complaint("tf1.tensor([1]).nope"))!, /Property 'nope' does not exist/);
    const two =
      'const http1 = await import("node:http"), { readFileSync } = await import("node:fs");';
    assert.equal(
      await shownBy(two, "typeof http1.default.get + typeof readFileSync"),
      "functionfunction\n",
    );
  });

  test("functions may return types that can't be written down", async () => {
    const f = 'async function loaded() { return await import("node:http"); }';
    assert.equal(await shownBy(f, "typeof (await loaded()).get"), "function\n");
  });

  test("an unnamed class may have private members", async () => {
    const cell = "const Anonymous = class { private z = 1 };\nnew Anonymous()";
    assert.equal(await shownBy(cell, "new Anonymous()"), "Anonymous { z: 1 }\n");
  });

  test("a cell with such a type is checked like any other", async () => {
    const cell = 'const http2 = await import("node:http");\nconst wrong: string = http2.get;';
    const [result] = await kernel.run(cell);
    assert.match(errors(result!)[0]!.traceback.join("\n"), /line 2, column 7: .*'string'/);
  });

  test("names may be exported, and exported again", async () => {
    const declared =
      "export const e = 5, g = 1;\nexport function f() { return e; }\nexport class C {}\nexport { g };";
    assert.equal(await shownBy(declared, declared, "f() + g"), "6\n");
    assert.equal(await shownBy("export default function h() { return 3; }", "h()"), "3\n");
    const types = "export interface I { a: number }\nexport enum E { A, B }";
    assert.equal(await shownBy(types, "const i: I = { a: E.B }; i"), "{ a: 1 }\n");
  });

  test("a complaint keeps its place behind an export", async () => {
    const [result] = await kernel.run("export const n = 5; const wrong: string = 5;");
    assert.match(errors(result!)[0]!.traceback.join("\n"), /line 1, column 27: /);
  });

  test("the library is that of this Node", async () => {
    const cells: [has: boolean, cell: string, shown: string][] = [
      ["toSorted" in Array.prototype, "[3, 1, 2].toSorted()", "[ 1, 2, 3 ]"],
      ["toSorted" in Array.prototype, "Float64Array.of(2, 1).toSorted()[0]", "1"],
      [
        "groupBy" in Object,
        "Object.groupBy([1, 2, 3], (x) => (x % 2 ? 'odd' : 'even')).odd",
        "[ 1, 3 ]",
      ],
      ["withResolvers" in Promise, "typeof Promise.withResolvers<number>().resolve", "function"],
      ["union" in Set.prototype, "new Set([1]).union(new Set([2])).size", "2"],
      ["fromAsync" in Array, "await Array.fromAsync([1, 2])", "[ 1, 2 ]"],
      ["escape" in RegExp, "RegExp.escape('.')", "\\."],
      ["try" in Promise, "await Promise.try(() => 4)", "4"],
      ["transfer" in ArrayBuffer.prototype, "new ArrayBuffer(2).transfer().byteLength", "2"],
      ["toWellFormed" in String.prototype, "'\\ud83d'.isWellFormed()", "false"],
    ];
    for (const [has, cell, shown] of cells) {
      if (has) assert.equal(await shownBy(cell), `${shown}\n`);
      else assert.match((await complaint(cell))!, /Property '\w+' does not exist/);
    }
  });
});
