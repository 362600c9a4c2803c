import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

// The server takes over the standard streams of its process: it gets one of its own.
const PROGRAM = `
const { createHmac } = require("node:crypto");
const { writeFileSync, writeSync, rmSync } = require("node:fs");
const { join } = require("node:path");
const { setTimeout: sleep } = require("node:timers/promises");
const { KernelServer } = require(join(process.argv[1], "KernelServer.js"));

const say = (text) => writeSync(1, text + "\\n");
class SlowServer extends KernelServer {
  async bindSocket(socket, port) {
    await sleep(socket === this.iopub ? 300 : 0);
    await super.bindSocket(socket, 0);
    if (socket === this.iopub) say("bound");
  }
  handleKernelInfo() {
    say("answered");
  }
}
const file = join(process.argv[2], "connection-" + process.pid + ".json");
const ports = { shell_port: 0, iopub_port: 0, control_port: 0, stdin_port: 0, hb_port: 0 };
writeFileSync(file, JSON.stringify({ transport: "tcp", ip: "127.0.0.1", key: "key", ...ports }));
const server = new SlowServer({ executor: {} }, file);
const bound = server.init();
const parts = [JSON.stringify({ msg_type: "kernel_info_request" }), "{}", "{}", "{}"];
const signature = createHmac("sha256", "key");
for (const part of parts) signature.update(part);
const frames = ["<IDS|MSG>", signature.digest("hex"), ...parts].map((part) => Buffer.from(part));
Promise.all([bound, sleep(50).then(() => server.handleShellMessage(server.shell, ...frames))])
  .finally(() => rmSync(file))
  .then(() => process.exit(0));
`;

test("a request that comes before all sockets are bound is answered once they are", () => {
  const kernel = join(__dirname, "../../lib/kernel");
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["-e", PROGRAM, kernel, tmpdir()],
    { encoding: "utf8" },
  );
  assert.equal(stderr, "");
  assert.deepEqual({ status, stdout }, { status: 0, stdout: "bound\nanswered\n" });
});
