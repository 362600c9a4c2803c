// npm test: sets up whatever is missing, then checks everything. Parts can be named, and tests
// chosen by a word of their path: node scripts/test.mjs unit network. The last line adds up what
// all of them counted.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, SetupError, setup } from "./setup/index.mjs";
import { jupyterEnvironment } from "./setup/jupyter.mjs";

const PARTS = {
  check: async () => add(await single("types", typeCheck()), await single("lint", lint())),
  unit: () => unitTests((folder) => !SLOW.includes(folder)),
  kernel: () => unitTests((folder) => folder === "kernel"),
  install: () => unitTests((folder) => folder === "installation"),
  runner: () => unitTests((folder) => folder === "runner"),
  notebooks,
  browser: () => unitTests((folder) => folder === "browser"),
};
// Test folders that start kernels, Jupyter or a browser: parts of their own.
const SLOW = ["kernel", "installation", "runner", "browser"];
const scratch = mkdtempSync(join(tmpdir(), "madmax-test-"));

/** Runs a command, passing its output on; returns its exit code and what it wrote to stdout. */
function command(program, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...jupyterEnvironment(root), TF_CPP_MIN_LOG_LEVEL: "2", ...env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (data) => {
      process.stdout.write(data);
      output += data;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
}

const typeCheck = () =>
  command(process.execPath, ["node_modules/typescript/lib/tsc.js", "-p", ".", "--noEmit"]);
const lint = () =>
  command(process.execPath, ["node_modules/@biomejs/biome/bin/biome", "ci", "--colors=off", "."]);

async function single(name, work) {
  const { code } = await work;
  console.log(`${code === 0 ? "✔" : "✖"} ${name}`);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

async function unitTests(wanted) {
  const tests = join(root, "dist", "test");
  const files = readdirSync(tests, { recursive: true })
    .filter((name) => name.endsWith(".test.js") && wanted(name.split(/[\\/]/)[0]))
    .filter((name) => words.every((word) => name.includes(word)))
    .sort()
    .map((name) => join(tests, name));
  if (files.length === 0) return NONE;
  const tap = join(scratch, "tests.tap");
  const reporters = ["spec:stdout", `tap:${tap}`].flatMap((reporter) => {
    const [kind, destination] = reporter.split(/:(.*)/);
    return [`--test-reporter=${kind}`, `--test-reporter-destination=${destination}`];
  });
  const { code } = await command(process.execPath, ["--test", ...reporters, ...files]);
  const summary = existsSync(tap) ? readFileSync(tap, "utf8") : "";
  const count = (word) => Number(new RegExp(`^# ${word} (\\d+)$`, "m").exec(summary)?.[1] ?? 0);
  const failed = count("fail") + count("cancelled");
  // A runner that fell over before it could count is a failure as well.
  return {
    passed: count("pass"),
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: count("skipped") + count("todo"),
  };
}

// At the smallest scale and into a scratch folder: the stored notebooks stay as they are.
async function notebooks() {
  const args = [
    "dist/scripts/notebooks.js",
    "--scale",
    "ci",
    "--scratch",
    join(scratch, "notebooks"),
  ];
  const { code, output } = await command(process.execPath, args);
  const counts = counted(output);
  if (counts === undefined || (code !== 0 && counts.failed === 0)) {
    return add(counts ?? NONE, { ...NONE, failed: 1 });
  }
  return counts;
}

function counted(output) {
  const last = output.trimEnd().split("\n").at(-1);
  const found = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/.exec(last);
  if (found === null) return undefined;
  const [passed, failed, skipped] = found.slice(1).map((digits) => Number(digits ?? 0));
  return { passed, failed, skipped };
}

const NONE = { passed: 0, failed: 0, skipped: 0 };
function add(...counts) {
  const sum = (key) => counts.reduce((total, count) => total + count[key], 0);
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
}

const given = process.argv.slice(2);
const named = given.filter((name) => name in PARTS);
const words = given.filter((name) => !(name in PARTS));
const results = [];
try {
  await setup();
  for (const name of named.length > 0 ? named : Object.keys(PARTS)) {
    console.log(`\n── ${name} ${"─".repeat(Math.max(3, 70 - name.length))}`);
    results.push(await PARTS[name]());
  }
  const { passed, failed, skipped } = add(...results);
  if (words.length > 0 && passed + failed + skipped === 0) {
    throw new SetupError(`no test has ${words.join(" and ")} in its path`);
  }
} catch (error) {
  console.error(error instanceof SetupError ? error.message : error);
  results.push({ ...NONE, failed: 1 });
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
const { passed, failed, skipped } = add(...results);
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = failed > 0 ? 1 : 0;
