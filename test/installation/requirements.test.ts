import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { root, setupModule } from "./scripts";

const scratch = mkdtempSync(join(tmpdir(), "madmax-python-"));
after(() => rmSync(scratch, { recursive: true }));

test("Node 20 to 24 will do, others are refused in one line", async () => {
  const { nodeProblem } = await setupModule("node");
  for (const version of ["20.0.0", "22.12.0", "24.21.0"]) {
    assert.equal(nodeProblem(root, version), undefined, version);
  }
  assert.match(nodeProblem(root, "18.20.8"), /^Node 18\.20\.8 is too old: madmax needs 20 to 24\./);
  assert.match(nodeProblem(root, "25.1.0"), /^Node 25\.1\.0 is too new/);
  assert.doesNotMatch(nodeProblem(root, "18.20.8"), /\n/);
});

// Stand-ins for a Python, since no machine has all the wrong ones.
function pretend(name: string, script: string): { MADMAX_PYTHON: string; PATH: string } {
  const file = join(scratch, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return { MADMAX_PYTHON: file, PATH: process.env.PATH! };
}

test("a Python that is missing, too old or without venv is refused in one line", async (t) => {
  if (process.platform === "win32") return t.skip("the stand-ins are shell scripts");
  const { findPython } = await setupModule("python");
  const problem = (env: object): string => findPython(env).problem;
  assert.match(problem({ MADMAX_PYTHON: join(scratch, "none") }), /missing.*apt install python3/);
  assert.match(
    problem(pretend("old", "echo 3.8.19")),
    /is Python 3\.8\.19, 3\.10 or newer is needed/,
  );
  assert.match(
    problem(pretend("bare", "echo 3.11.2; exit 1")),
    /lacks venv or ensurepip.*python3-venv/,
  );
  assert.match(problem(pretend("mute", "exit 0")), /Python of unknown version/);
  const { version } = findPython(pretend("good", "echo 3.12.1"));
  assert.equal(version, "3.12.1");
});

test("npm start says what is missing and stops, before it touches anything", () => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, "scripts", "start.mjs")], {
    env: { ...process.env, MADMAX_PYTHON: join(scratch, "none") },
    encoding: "utf8",
  });
  assert.equal(status, 1);
  assert.match(stderr, /^Python 3\.10 or newer is missing [^\n]*\n$/);
});
