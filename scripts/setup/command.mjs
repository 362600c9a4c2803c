// Runs one command of the set-up: with a time limit, its output in the log, and its whole process
// group killed when the set-up is.
import { spawn } from "node:child_process";

/** A command that failed: its last lines are part of the message. */
export class CommandError extends Error {}

const running = new Set();

/** Kills the process groups of all commands now running; for signal handlers. */
export function killCommands() {
  for (const child of running) killGroup(child.pid);
}

/** Kills a process group, if it is still there. */
export function killGroup(pid) {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Gone already: that is what was wanted.
  }
}

/**
 * Runs a command and returns what it wrote to stdout.
 *
 * @param {{ cwd: string, env?: object, minutes: number, log: (text: string) => void,
 *   started?: (pid: number) => void }} options `started` is told the process group's number
 */
export function run(command, args, { cwd, env = process.env, minutes, log, started }) {
  return new Promise((resolve, reject) => {
    log(`\n$ ${[command, ...args].join(" ")}\n`);
    // A group of its own: npm, pip and make start children that must die with them.
    const child = spawn(command, args, {
      cwd,
      env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, tail, late] = ["", "", false];
    const keep = (text) => {
      log(text);
      tail = (tail + text).slice(-4000);
    };
    child.stdout.on("data", (data) => {
      stdout += data;
      keep(String(data));
    });
    child.stderr.on("data", (data) => keep(String(data)));
    const limit = setTimeout(() => {
      late = true;
      killGroup(child.pid);
    }, minutes * 60_000);
    child.on("spawn", () => {
      running.add(child);
      started?.(child.pid);
    });
    child.on("error", (error) => {
      clearTimeout(limit);
      reject(new CommandError(`${command} can't be started: ${error.message}`));
    });
    child.on("close", (code, signal) => {
      clearTimeout(limit);
      running.delete(child);
      if (code === 0) return resolve(stdout);
      const lines = tail.trim().split("\n").slice(-12).join("\n    ");
      const end = late ? `took longer than ${minutes} min` : `ended with ${signal ?? code}`;
      reject(new CommandError(`${command} ${args[0] ?? ""} ${end}\n    ${lines}`));
    });
  });
}
