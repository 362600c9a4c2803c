// npm start: sets up whatever is missing and opens JupyterLab on the notebooks. Arguments are
// passed on: npm start -- --no-browser --port 9000
import { spawn } from "node:child_process";
import { root } from "./setup/index.mjs";
import { jupyterEnvironment } from "./setup/jupyter.mjs";
import { setupOrExit } from "./setup/orExit.mjs";
import { environmentPython } from "./setup/python.mjs";

// Settings with their short forms. Jupyter refuses one that is given twice: the user's counts.
const DEFAULTS = [
  [["ServerApp.root_dir", "notebook-dir"], root],
  [["ServerApp.ip", "ip"], "127.0.0.1"],
  [["LabApp.default_url"], "/lab/tree/notebooks"],
  [["LabApp.news_url"], ""],
  [["LabApp.extension_manager"], "readonly"],
];
const given = process.argv.slice(2);
const isGiven = (name) =>
  given.some((argument) => argument === `--${name}` || argument.startsWith(`--${name}=`));
const defaults = DEFAULTS.filter(([names]) => !names.some(isGiven));

await setupOrExit();
const lab = spawn(
  environmentPython(root),
  [
    "-m",
    "jupyterlab",
    ...defaults.map(([[name], value]) => `--${name}=${value}`),
    ...(process.getuid?.() === 0 ? ["--allow-root"] : []),
    ...given,
  ],
  { cwd: root, env: jupyterEnvironment(root), stdio: "inherit" },
);
// A terminal sends Ctrl-C to Jupyter as well, which asks back before it ends: wait for its answer.
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => lab.kill(signal));
lab.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));
