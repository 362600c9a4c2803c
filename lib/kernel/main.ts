// The kernel's program: node main.js CONNECTION_FILE, started by Jupyter.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
// By file: the backend itself is loaded by the cell that wants it.
import { restoreNodeUtil } from "../backend/nodeCompat";
import { redirectWhenNotNative } from "../backend/redirect";
import { interrupt } from "../interrupt";
import { CellRunner } from "./CellRunner";
import { KernelServer } from "./KernelServer";

const argument = process.argv[2];
if (argument === undefined || !existsSync(argument)) {
  console.error(
    `madmax kernel: found ${argument ?? "no argument"}, expected Jupyter's connection file. Jupyter starts this program; open a notebook by npm start.`,
  );
  process.exit(2);
}

// Jupyter starts kernels in the notebook's folder; imports and files are those of the project.
const root = join(__dirname, "..", "..", "..");
const connectionFile = resolve(argument);
process.chdir(root);

// Before a cell can load tfjs-node, directly or through danfo.js.
restoreNodeUtil();
redirectWhenNotNative();

const runner = new CellRunner(root);
const server = new KernelServer(runner, connectionFile);
process.on("SIGINT", () => {
  runner.executor.interrupt();
  interrupt();
});
process.on("unhandledRejection", (reason) => {
  server.stray(reason, "a promise was rejected, and nobody had awaited it");
});
process.on("uncaughtException", (error) => {
  server.stray(error, "thrown outside the flow of a cell, as in a timer");
});

// Without its Jupyter the kernel is of no use to anybody: an orphan goes.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.exit(1);
}, 1000).unref();

server.init().catch((error) => {
  console.error("madmax kernel: can't open the sockets of Jupyter's connection file:", error);
  process.exit(1);
});
