import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

// The server takes over the standard streams of its process: it gets one of its own.
const PROGRAM = `
const { writeSync } = require("node:fs");
const [server, connectionFile] = process.argv.slice(1);
const { KernelServer } = require(server);
class Watched extends KernelServer {
  bindSocket(socket, port) {
    const bound = super.bindSocket(socket, port);
    // A socket that is being bound by another thread refuses to tell.
    writeSync(1, String(socket.lastEndpoint).replace(/[0-9]+$/, "port") + "\\n");
    return bound;
  }
}
new Watched({ executor: {} }, connectionFile).init().then(() => process.exit(0));
`;

test("sockets are bound before anything can come in: what came meanwhile could be lost", () => {
  const folder = mkdtempSync(join(tmpdir(), "madmax-binding-"));
  const file = join(folder, "connection.json");
  const ports = {
    shell_port: "*",
    iopub_port: "*",
    control_port: "*",
    stdin_port: "*",
    hb_port: "*",
  };
  writeFileSync(file, JSON.stringify({ transport: "tcp", ip: "127.0.0.1", key: "key", ...ports }));
  const server = join(__dirname, "../../lib/kernel/KernelServer.js");
  const { status, stdout, stderr } = spawnSync(process.execPath, ["-e", PROGRAM, server, file], {
    encoding: "utf8",
  });
  rmSync(folder, { recursive: true });
  assert.equal(stderr, "");
  assert.deepEqual({ status, stdout }, { status: 0, stdout: "tcp://127.0.0.1:port\n".repeat(5) });
});
