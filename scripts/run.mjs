// Runs a program of the project that is written in TypeScript, after setting up and building
// whatever is missing: node scripts/run.mjs scripts/export [arguments]
import { spawn } from "node:child_process";
import { join } from "node:path";
import { root } from "./setup/index.mjs";
import { jupyterEnvironment } from "./setup/jupyter.mjs";
import { setupOrExit } from "./setup/orExit.mjs";

await setupOrExit();
const [program, ...rest] = process.argv.slice(2);
if (program !== undefined) {
  const child = spawn(process.execPath, [join(root, "dist", `${program}.js`), ...rest], {
    cwd: root,
    env: { TF_CPP_MIN_LOG_LEVEL: "2", ...jupyterEnvironment(root) },
    stdio: "inherit",
  });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code) => process.exit(code ?? 1));
}
