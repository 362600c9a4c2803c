// Python, for Jupyter alone: which one, and the project's own environment made from a hashed lock.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { run } from "./command.mjs";
import { fingerprint, mark, marked, unmark } from "./fingerprint.mjs";

const OLDEST = [3, 10];

/** The program of the project's own Python environment. */
export function environmentPython(root) {
  return process.platform === "win32"
    ? join(root, ".venv", "Scripts", "python.exe")
    : join(root, ".venv", "bin", "python");
}

/**
 * The Python that the environment is made with: `MADMAX_PYTHON`, or `python3`.
 *
 * @returns {{ command: string, version: string }} or `{ problem }`, one line on what is missing
 */
export function findPython(env = process.env) {
  const command = env.MADMAX_PYTHON || (process.platform === "win32" ? "python" : "python3");
  const question = "import sys; print('%d.%d.%d' % sys.version_info[:3]); import venv, ensurepip";
  const { status, stdout, error } = spawnSync(command, ["-c", question], { encoding: "utf8", env });
  const oldest = OLDEST.join(".");
  if (error) {
    return {
      problem: `Python ${oldest} or newer is missing (${command} can't be started): install it (Debian: apt install python3 python3-venv; otherwise https://www.python.org/downloads), or name one in MADMAX_PYTHON.`,
    };
  }
  const version = stdout.trim();
  const [major, minor] = version.split(".").map(Number);
  if (!(major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]))) {
    return {
      problem: `${command} is Python ${version || "of unknown version"}, ${oldest} or newer is needed: install one, or name it in MADMAX_PYTHON.`,
    };
  }
  if (status !== 0) {
    return {
      problem: `Python ${version} lacks venv or ensurepip: install them (Debian: apt install python3-venv), or name another Python in MADMAX_PYTHON.`,
    };
  }
  return { command, version };
}

/** Makes `.venv` with JupyterLab and nbconvert, if it isn't that of the lock; tells whether it did. */
export async function installPython({ root, report, started, python }) {
  const lock = join(root, "scripts", "setup", "requirements.lock");
  const marker = join(root, ".venv", ".madmax");
  const print = fingerprint({ file: lock }, python.version, root);
  if (marked(marker, print)) return false;
  await report.step("JupyterLab and nbconvert (.venv)", async () => {
    unmark(marker);
    const options = { cwd: root, minutes: 15, log: report.log, started };
    await run(python.command, ["-m", "venv", "--clear", join(root, ".venv")], options);
    await run(
      environmentPython(root),
      ["-m", "pip", "install", "--require-hashes", "--no-deps", "--only-binary=:all:"].concat([
        "--no-input",
        "--disable-pip-version-check",
        "--progress-bar=off",
        "-r",
        lock,
      ]),
      options,
    );
    mark(marker, print);
  });
  return true;
}
