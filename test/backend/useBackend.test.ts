import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";

const library = JSON.stringify(join(__dirname, "..", "..", "lib", "backend"));

/** Runs a program in a process of its own: a backend once loaded stays. */
function run(program: string, env: Record<string, string> = {}): { out: string; err: string } {
  const { MADMAX_BACKEND: _, ...rest } = process.env;
  const result = spawnSync(process.execPath, ["-e", program], {
    env: { ...rest, TF_CPP_MIN_LOG_LEVEL: "2", ...env },
    encoding: "utf8",
  });
  return { out: result.stdout, err: result.stderr };
}

const show = `require(${library}).useBackend().then((report) => console.log(String(report)))`;

for (const backend of ["wasm", "cpu"]) {
  test(`MADMAX_BACKEND=${backend} runs on ${backend}, and says so`, () => {
    const { out } = run(show, { MADMAX_BACKEND: backend });
    assert.match(out, new RegExp(`runs on the ${backend} backend`));
  });
}

test("a backend that there isn't is refused by name", () => {
  const { err } = run(show, { MADMAX_BACKEND: "gpu" });
  assert.match(err, /MADMAX_BACKEND is "gpu": expected one of native, wasm, cpu\./);
});

test("danfo.js works on a backend that isn't native", () => {
  const program = `
    const { redirectWhenNotNative, useBackend } = require(${library});
    redirectWhenNotNative();
    redirectWhenNotNative();
    useBackend().then(() => {
      const dfd = require("danfojs-node");
      const frame = new dfd.DataFrame({ a: [1, 2, 2], b: [10, 20, 30] });
      console.log(frame.groupby(["a"]).sum().shape.join(" "), dfd.tensorflow.getBackend());
    });`;
  const { out, err } = run(program, { MADMAX_BACKEND: "wasm" });
  assert.equal(out.trim(), "2 2 wasm", err);
});

test("what tfjs-node needs of Node's util is there after restoreNodeUtil", () => {
  const program = `
    const util = require("node:util");
    delete util.isNullOrUndefined;
    delete util.isArray;
    require(${library}).restoreNodeUtil();
    console.log(util.isArray([]), util.isNullOrUndefined(null), util.isNullOrUndefined(0));`;
  assert.equal(run(program).out.trim(), "true true false");
});
