import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type * as TypeScript from "typescript";

const root = join(__dirname, "..", "..");
const read = (name: string) => readFileSync(join(root, name), "utf8");
const manifest = JSON.parse(read("package.json")) as {
  version: string;
  main: string;
  types: string;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};

test("the package is what its manifest says", () => {
  const library = require("madmax") as Record<string, unknown>;
  assert.equal(typeof library.SplineNetwork, "function");
  for (const file of [manifest.main, manifest.types]) assert.ok(existsSync(join(root, file)), file);
  assert.match(read("CITATION.cff"), new RegExp(`^version: ${manifest.version}$`, "m"));
  assert.match(read("CHANGELOG.md"), new RegExp(`^## ${manifest.version}`, "m"));
});

test("the library can be imported without loading a backend, a renderer or a kernel", () => {
  const program = `require(${JSON.stringify(root)});
    const heavy = Object.keys(require.cache).filter((file) =>
      /node_modules.(@tensorflow.tfjs-node|vega|vega-lite|@resvg|danfojs-node|tslab).(?!.*package.json)/.test(file));
    console.log(JSON.stringify(heavy.slice(0, 3)));`;
  const { stdout } = spawnSync(process.execPath, ["-e", program], { encoding: "utf8" });
  assert.equal(stdout.trim(), "[]");
});

test("dependencies have exact versions, and environment.md gives each with its reason", () => {
  const page = read("environment.md");
  const all = { ...manifest.dependencies, ...manifest.devDependencies };
  for (const [name, version] of Object.entries(all)) {
    if (name.startsWith("@types/") || name === "madmax") continue;
    assert.match(version, /^\d+\.\d+\.\d+$/, name);
    const rows = page.split("\n").filter((row) => row.startsWith("|") && row.includes(name));
    const told = rows.some((row) => row.includes(version));
    assert.ok(told, `environment.md says nothing of ${name} ${version}`);
  }
});

test("the lock file names no download host", () => {
  assert.doesNotMatch(read("package-lock.json"), /"resolved": "(https?|git)/);
});

test("cells see the library's types: nothing of it is any", () => {
  const ts = require("@tslab/typescript-for-tslab") as typeof TypeScript;
  const file = join(root, "cell.ts");
  const options: TypeScript.CompilerOptions = {
    moduleResolution: ts.ModuleResolutionKind.NodeJs,
    module: ts.ModuleKind.CommonJS,
    target: ts.ScriptTarget.ES2020,
    noEmit: true,
    skipLibCheck: true,
    strict: true,
  };
  const names = Object.keys(require("madmax") as object);
  const source = `import * as madmax from "madmax";
    type IsAny<T> = 0 extends 1 & T ? true : false;
    ${names.map((name) => `export const any_${name}: IsAny<typeof madmax.${name}> = false;`).join("\n")}
    const net = madmax.SplineNetwork.fromWeights([{ W: [[1]], b: [0] }]);
    const map = net.affineMap([1]);
    export const checks: IsAny<typeof map.A | typeof map.b | typeof map.code>[] = [false];`;
  const host = ts.createCompilerHost(options);
  const original = host.getSourceFile.bind(host);
  host.getSourceFile = (name, target) =>
    name === file ? ts.createSourceFile(name, source, target) : original(name, target);
  const program = ts.createProgram([file], options, host);
  const complaints = ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText);
  assert.deepEqual(complaints, []);
});
