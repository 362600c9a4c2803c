// The npm packages, exactly as package-lock.json says.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "./command.mjs";
import { fingerprint, mark, marked, unmark } from "./fingerprint.mjs";

/** Installs the npm packages, if they aren't those of the lock file; tells whether it did. */
export async function installPackages({ root, report, started }) {
  const marker = join(root, "node_modules", ".madmax");
  const print = fingerprint({ file: join(root, "package-lock.json") });
  if (marked(marker, print)) return false;
  await report.step("npm packages (npm ci)", async () => {
    unmark(marker);
    await run(process.execPath, [npmCli(), "ci", "--no-progress"], {
      cwd: root,
      minutes: 20,
      log: report.log,
      started,
    });
    mark(marker, print);
  });
  return true;
}

/** npm's own program file: the one that called us, or the one beside this Node. */
export function npmCli() {
  const beside = join(
    dirname(process.execPath),
    "..",
    "lib",
    "node_modules",
    "npm",
    "bin",
    "npm-cli.js",
  );
  const onWindows = join(dirname(process.execPath), "node_modules", "npm", "bin", "npm-cli.js");
  const caller = process.env.npm_execpath;
  const found = [caller, beside, onWindows].find(
    (file) => file?.endsWith(".js") && existsSync(file),
  );
  if (found === undefined) {
    throw new Error(
      "npm isn't beside this Node: start the set-up by npm itself (npm start, npm test).",
    );
  }
  return found;
}
