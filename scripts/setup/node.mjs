// Which Node versions will do. Read from package.json, so that npm and we say the same.
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One line on what is wrong with this Node version, or undefined when it will do. */
export function nodeProblem(root, version = process.versions.node) {
  const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const [, oldest, newest] = /^>=(\d+) <(\d+)$/.exec(engines.node);
  const major = Number(version.split(".")[0]);
  if (major >= Number(oldest) && major < Number(newest)) return undefined;
  const age = major < Number(oldest) ? "too old" : "too new";
  return `Node ${version} is ${age}: madmax needs ${oldest} to ${newest - 1}. Get one from https://nodejs.org/download or with a version manager (nvm install ${newest - 1}).`;
}
