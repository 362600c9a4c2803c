import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { root, setupModule } from "./scripts";

const scratch = mkdtempSync(join(tmpdir(), "madmax-lock-"));
after(() => rmSync(scratch, { recursive: true }));
const silent = (): void => {};

/** Another process that takes the lock, runs `sleep` under it, and says so. */
function holder(lock: string): ChildProcess {
  const url = (name: string) => pathToFileURL(join(root, "scripts", "setup", `${name}.mjs`)).href;
  const program = `
    const { takeLock } = await import(${JSON.stringify(url("lock"))});
    const { run } = await import(${JSON.stringify(url("command"))});
    const lock = await takeLock(${JSON.stringify(lock)}, () => {});
    const started = (pid) => { lock.command(pid); console.log(pid); };
    await run("sleep", ["60"], { cwd: ".", minutes: 1, log: () => {}, started });`;
  return spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: "pipe" });
}

const firstLine = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => child.stdout!.once("data", (data) => resolve(String(data).trim())));

function running(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // Killed, but not yet waited for: a zombie still has its number.
    return !existsSync("/proc") || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

test("a second set-up waits for the first", async () => {
  const { takeLock } = await setupModule("lock");
  const file = join(scratch, "wait.lock");
  const first = await takeLock(file, silent);
  let [said, taken] = ["", false];
  const second = takeLock(file, (text: string) => {
    said = text;
  }).then((lock: { release: () => void }) => {
    taken = true;
    return lock;
  });
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(taken, false);
  assert.match(said, new RegExp(`process ${process.pid}\\) is at work here: waiting`));
  first.release();
  (await second).release();
  assert.equal(existsSync(file), false);
});

test("what a killed set-up was running is killed before the next goes on", async (t) => {
  if (process.platform === "win32") return t.skip("no process groups");
  const { takeLock } = await setupModule("lock");
  const file = join(scratch, "killed.lock");
  const child = holder(file);
  const command = Number(await firstLine(child));
  assert.ok(running(command));
  child.kill("SIGKILL");
  await new Promise((resolve) => child.once("exit", resolve));
  assert.ok(running(command), "the command has outlived its set-up");
  const lock = await takeLock(file, silent);
  for (let i = 0; i < 50 && running(command); i++) await new Promise((r) => setTimeout(r, 20));
  assert.equal(running(command), false);
  lock.release();
  assert.deepEqual(
    readdirSync(scratch).filter((name) => name.startsWith("killed")),
    [],
  );
});

test("a command has a time limit, and its failure tells its last lines", async (t) => {
  if (process.platform === "win32") return t.skip("the commands are those of a POSIX shell");
  const { run } = await setupModule("command");
  const options = { cwd: scratch, minutes: 0.005, log: silent };
  await assert.rejects(run("sleep", ["30"], options), /sleep 30 took longer than 0\.005 min/);
  const failing = run("sh", ["-c", "echo one; echo two >&2; exit 3"], { ...options, minutes: 1 });
  await assert.rejects(failing, /sh -c ended with 3\n {4}one\n {4}two/);
  await assert.rejects(run("no-such-command", [], options), /no-such-command can't be started/);
});

test("a product is up to date as long as its inputs are the same and it is there", async () => {
  const { fingerprint, mark, marked } = await setupModule("fingerprint");
  const folder = mkdtempSync(join(scratch, "inputs-"));
  writeFileSync(join(folder, "a.ts"), "1");
  const before = fingerprint({ folder });
  const marker = join(scratch, "product", "mark");
  mark(marker, before);
  assert.ok(marked(marker, fingerprint({ folder })));
  writeFileSync(join(folder, "a.ts"), "2");
  assert.ok(!marked(marker, fingerprint({ folder })));
  writeFileSync(join(folder, "a.ts"), "1");
  writeFileSync(join(folder, "b.ts"), "");
  assert.ok(!marked(marker, fingerprint({ folder })), "a new file counts as well");
  rmSync(join(scratch, "product"), { recursive: true });
  assert.ok(!marked(marker, before), "who deletes the product deletes its mark");
});
