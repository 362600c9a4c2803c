// The whole set-up, from a fresh clone to a place where notebooks run. Uses Node's own modules
// alone, since nothing is installed yet. Each step checks whether its product is up to date, so
// that a second run does nothing, and a run after a kill does what is missing.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installBackend } from "./backend.mjs";
import { build } from "./build.mjs";
import { killCommands } from "./command.mjs";
import { installJupyterFiles } from "./jupyter.mjs";
import { takeLock } from "./lock.mjs";
import { nodeProblem } from "./node.mjs";
import { installPackages } from "./npm.mjs";
import { environmentPython, findPython, installPython } from "./python.mjs";
import { Report } from "./report.mjs";

/** The project's folder. */
export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/[\\/]$/, "");

/** Something to be put right by the reader; the message is all there is to say. */
export class SetupError extends Error {}

/** Does whatever is missing of the set-up. @throws SetupError in words for the reader */
export async function setup() {
  const python = findPython();
  const problem = nodeProblem(root) ?? python.problem;
  if (problem !== undefined) throw new SetupError(problem);

  const report = new Report();
  const lock = await takeLock(join(root, ".cache", "setup.lock"), report.say);
  report.logTo(join(root, ".cache", "setup.log")); // the lock's holder alone writes the log
  const stop = (signal) => {
    killCommands();
    lock.release();
    report.say(`stopped by ${signal}; the next start goes on from here`);
    process.exit(130);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.once(signal, stop);
  try {
    const context = { root, report, started: lock.command };
    const packagesChanged = await installPackages(context);
    const pythonChanged = await installPython({ ...context, python });
    await installBackend({ ...context, python: environmentPython(root), packagesChanged });
    await installJupyterFiles({ ...context, pythonChanged, packagesChanged });
    await build(context);
  } catch (error) {
    report.log(`${error.stack}\n`);
    throw new SetupError(
      `Set-up failed: ${error.message}\n(the whole story is in .cache/setup.log)`,
    );
  } finally {
    for (const signal of signals) process.removeListener(signal, stop);
    lock.release();
  }
}
