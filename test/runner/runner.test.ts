import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { readNotebook, writeNotebook } from "../../scripts/notebooks/notebook";
import { code, notebookOf } from "./notebookOf";

const root = join(__dirname, "..", "..", "..");
const missing = existsSync(join(root, ".venv")) ? false : "no .venv: run npm start";

const withoutProc = existsSync("/proc") ? false : "processes can't be listed here";

/** Command lines of the processes that name a folder. */
function processesOf(folder: string): string[] {
  const ids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const lines = ids.map((id) => {
    try {
      return readFileSync(join("/proc", id, "cmdline"), "utf8").replaceAll("\0", " ");
    } catch {
      return ""; // it ended meanwhile
    }
  });
  return lines.filter((line) => line.includes(folder));
}

const GOOD = [
  'import { claim, progress, show } from "madmax";',
  'console.log("one");\nfor (const _ of progress(3, { title: "steps" }));\nconsole.log("two");',
  'show({ data: [0, 1, 2, 3], shape: [2, 2] });\nclaim("it holds", 0.25, { within: [0, 1] });',
];

describe("the notebook runner", { skip: missing }, () => {
  const folder = mkdtempSync(join(tmpdir(), "madmax-runner-"));
  after(() => rmSync(folder, { recursive: true }));
  // Temporary files go here as well, and so name the kernels that belong to this test.
  const env: NodeJS.ProcessEnv = { ...process.env, TMPDIR: folder };

  /** Writes a notebook of the given cells, runs it, and tells what came out. */
  function run(name: string, cells: readonly string[], ...args: string[]) {
    const file = join(folder, `${name}.ipynb`);
    if (cells.length > 0) writeNotebook(file, notebookOf(cells.map(code)));
    const before = readFileSync(file, "utf8");
    const program = [join(root, "dist", "scripts", "notebooks.js"), name, "--folder", folder];
    const result = spawnSync(
      process.execPath,
      [...program, "--reports", join(folder, "reports"), "--scale", "ci", ...args],
      { encoding: "utf8", env },
    );
    const after = readFileSync(file, "utf8");
    return { ...result, file, changed: before !== after, text: after };
  }

  test("stores outputs, and the same ones again", () => {
    const first = run("01-good", GOOD);
    assert.match(first.stdout, /\[01\] passed 01-good\.ipynb, 1 claims\n2 passed, 0 failed\n$/);
    assert.ok(first.changed);
    const notebook = readNotebook(first.file);
    assert.deepEqual(
      notebook.cells.slice(1, 4).map(({ execution_count }) => execution_count),
      [1, 2, 3],
    );
    const shown = notebook.cells[2]!.outputs!;
    assert.deepEqual(
      shown.map(({ output_type }) => output_type),
      ["stream", "display_data", "stream"],
      "a bar that was updated is one output",
    );
    const second = run("01-good", []);
    assert.equal(second.changed, false, "two runs are equal to the byte");

    const checked = run("01-good", [], "--check");
    assert.equal(checked.status, 0, checked.stdout);
    const otherScale = run("01-good", [], "--check", "--scale", "lecture");
    assert.match(otherScale.stdout, /its outputs are of scale ci, this run is lecture/);
  });

  const bad: [string, string, string[], RegExp][] = [
    [
      "02-claim",
      "a claim that fails",
      ['import { claim } from "madmax";\nclaim("two is three", 2, { equals: 3 });'],
      /FAILED 02-claim\.ipynb: cell 1 \(claim\("two is three".*ClaimError: two is three: 2, equal to 3/,
    ],
    [
      "03-rejected",
      "a rejected promise",
      ["1;", 'Promise.reject(new Error("nobody waited")); 2;'],
      /FAILED 03-rejected\.ipynb: cell 2 \(Promise\.reject.*Error: nobody waited/,
    ],
    [
      "04-endless",
      "an endless loop",
      ["for (;;);"],
      /FAILED 04-endless\.ipynb: cell 1 \(for \(;;\);\): Timeout: the cell took longer than 4 s/,
    ],
    [
      "05-late",
      "a failure after the last cell",
      ['setTimeout(() => { throw new Error("late"); }, 20); 1;'],
      /FAILED 05-late\.ipynb: (cell 1|after its last cell).*: Error: late/,
    ],
    [
      "09-dead",
      "a kernel that dies",
      ['require("fs").writeSync(1, "not from a cell\\n"); process.kill(process.pid, "SIGKILL");'],
      /FAILED 09-dead\.ipynb: cell 1 \(require.*DeadKernel: the kernel died .*code -9\b/,
    ],
    [
      "10-path",
      "a path of this machine in an output",
      ['console.log(require("os").tmpdir());'],
      /FAILED 10-path\.ipynb: cell 1: a path of one machine in its outputs: \//,
    ],
    [
      "06-form",
      "bad form",
      ["x".repeat(100)],
      /FAILED 06-form\.ipynb: cell 1: 100 columns, at most 88/,
    ],
  ];
  for (const [name, what, cells, expected] of bad) {
    test(`${what} is told with notebook and cell, and nothing is stored`, () => {
      // Short only where it is waited for: a busy machine takes seconds over the first import.
      const limit = name === "04-endless" ? "4" : "60";
      const result = run(name, cells, "--cell-timeout", limit);
      assert.notEqual(result.status, 0);
      assert.match(result.stdout.replaceAll("\n", " "), expected);
      assert.match(result.stdout, /\d+ passed, [1-9]\d* failed\n$/);
      assert.equal(result.changed, false);
    });
  }

  test("a kernel that ends before it answers, as where its port is taken, is started anew", () => {
    const kernel = join(folder, "jupyter", "kernels", "madmax");
    const [program, marker] = [join(kernel, "unlucky.cjs"), join(kernel, "started")];
    const main = join(root, "dist", "lib", "kernel", "main.js");
    mkdirSync(kernel, { recursive: true });
    const argv = ["node", program, "{connection_file}"];
    const spec = { argv, display_name: "unlucky", language: "typescript" };
    writeFileSync(join(kernel, "kernel.json"), JSON.stringify(spec));
    writeFileSync(
      program,
      `const { existsSync, writeFileSync } = require("node:fs");
      const first = !existsSync(${JSON.stringify(marker)});
      writeFileSync(${JSON.stringify(marker)}, "");
      if (first) process.exit(1);
      require(${JSON.stringify(main)});`,
    );
    env.JUPYTER_PATH = join(folder, "jupyter");
    const { stdout } = run("15-unlucky", ["1 + 1"]);
    delete env.JUPYTER_PATH;
    assert.ok(existsSync(marker));
    rmSync(join(folder, "jupyter"), { recursive: true });
    assert.match(stdout, /\[15\] passed 15-unlucky\.ipynb/);
  });

  test("an output that UTF-8 can't hold costs nothing else, such a cell is named", () => {
    const { file, stdout } = run("16-half", ["console.log(1)", "'🐛'[0]"]);
    assert.match(stdout, /\[16\] passed 16-half\.ipynb/);
    const [, first, second] = readNotebook(file).cells;
    assert.deepEqual(first!.outputs![0]!.text, ["1\n"]);
    assert.deepEqual(second!.outputs![0]!.text, ["\ufffd\n"]);
    const source = run("17-half-source", ["console.log(1)", "'\ud83d'"]);
    assert.match(source.stdout, /FAILED 17-half-source\.ipynb: cell 2 .*UnicodeEncodeError/);
    assert.equal(source.changed, false);
  });

  test("an interrupt ends the kernels and leaves stored notebooks as they are", async () => {
    const file = join(folder, "11-endless.ipynb");
    writeNotebook(file, notebookOf([code("for (;;);")]));
    const before = readFileSync(file, "utf8");
    const program = join(root, "dist", "scripts", "notebooks.js");
    const args = [program, "11", "--folder", folder, "--reports", join(folder, "reports")];
    const runner = spawn(process.execPath, args, { env });
    let output = "";
    for await (const chunk of runner.stdout) {
      output += chunk;
      if (!runner.killed && /cell 1 of/.test(output)) {
        if (!withoutProc) assert.match(processesOf(folder).join("\n"), /lib\/kernel\/main\.js/);
        runner.kill("SIGINT");
      }
    }
    if (runner.exitCode === null) await once(runner, "exit");
    assert.equal(runner.exitCode, 130, output);
    assert.match(output, /stopped by SIGINT/);
    assert.equal(readFileSync(file, "utf8"), before);
  });

  test("no process and no file is left of any run", { skip: withoutProc }, async () => {
    for (let tries = 0; processesOf(folder).length > 0 && tries < 50; tries++) await delay(100);
    assert.deepEqual(processesOf(folder), []);
    const left = readdirSync(folder).filter((name) => !/^(reports|.*\.ipynb)$/.test(name));
    assert.deepEqual(left, []);
  });

  test("what needs the native backend is skipped by name elsewhere", () => {
    const notebook = notebookOf([code("1")]);
    notebook.metadata.madmax = { requires: "native" };
    writeNotebook(join(folder, "07-native.ipynb"), notebook);
    env.MADMAX_BACKEND = "cpu";
    const { stdout, status } = run("07-native", []);
    env.MADMAX_BACKEND = process.env.MADMAX_BACKEND;
    assert.match(stdout, /skipped 07-native\.ipynb: needs the native backend, here it is cpu/);
    assert.match(stdout, /0 passed, 0 failed, 1 skipped\n$/);
    assert.equal(status, 0);
  });

  test("a notebook that there isn't is an error that lists those there are", () => {
    writeNotebook(join(folder, "08-here.ipynb"), notebookOf([code("1")]));
    const program = join(root, "dist", "scripts", "notebooks.js");
    const { stderr, status } = spawnSync(process.execPath, [program, "99", "--folder", folder], {
      encoding: "utf8",
    });
    assert.equal(status, 1);
    assert.match(stderr, /there is no notebook 99 in .*08-here\.ipynb/);
  });
});
