// What Jupyter is told about this project, all of it inside .venv: the kernel, the Plotly
// extension, and to leave the network alone.
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fingerprint, mark, marked, unmark, writeWhole } from "./fingerprint.mjs";

/** The kernel as Jupyter knows it. Paths are relative to its folder, so that nothing is tied to
 *  where the project lies; `node` is found on the PATH of {@link jupyterEnvironment}. */
export function kernelSpec() {
  return {
    argv: ["node", "{resource_dir}/../../../../../dist/lib/kernel/main.js", "{connection_file}"],
    display_name: "TypeScript (madmax)",
    language: "typescript",
    interrupt_mode: "signal",
    env: { TF_CPP_MIN_LOG_LEVEL: "2" },
    metadata: { debugger: false },
  };
}

/** The environment that Jupyter runs in: the project's own Python, then this very Node, beside which
 *  there may lie another Python; the project's own settings first. */
export function jupyterEnvironment(root, env = process.env) {
  return {
    ...env,
    PATH: [join(root, ".venv", "bin"), dirname(process.execPath), env.PATH].join(delimiter),
    JUPYTER_PREFER_ENV_PATH: "1",
  };
}

/** Writes Jupyter's files, if they aren't there or out of date; tells whether it did. */
export async function installJupyterFiles({ root, report, pythonChanged, packagesChanged }) {
  const share = join(root, ".venv", "share", "jupyter");
  const source = join(root, "scripts", "setup", "labextension");
  const plotly = join(root, "node_modules", "plotly.js-dist");
  const marker = join(share, ".madmax");
  const print = fingerprint(
    JSON.stringify(kernelSpec()),
    { folder: source },
    { file: join(plotly, "package.json") },
  );
  if (!pythonChanged && !packagesChanged && marked(marker, print)) return false;
  await report.step("kernel and Plotly for JupyterLab", async () => {
    unmark(marker);
    const write = (file, content) =>
      writeWhole(join(share, file), `${JSON.stringify(content, null, 2)}\n`);
    write("kernels/madmax/kernel.json", kernelSpec());
    write("lab/settings/overrides.json", {
      "@jupyterlab/apputils-extension:notification": { fetchNews: "false", checkForUpdates: false },
    });
    // The package page asks the network which extensions there are.
    write("lab/settings/page_config.json", {
      disabledExtensions: { "@jupyterlab/extensionmanager-extension": true },
    });
    const extension = join(share, "labextensions", "madmax-plotly");
    mkdirSync(join(extension, "static"), { recursive: true });
    copyFileSync(join(plotly, "plotly.js"), join(extension, "static", "plotly.js"));
    copyFileSync(join(source, "remoteEntry.js"), join(extension, "static", "remoteEntry.js"));
    writeWhole(join(extension, "package.json"), readFileSync(join(source, "package.json")));
    mark(marker, print);
  });
  return true;
}
