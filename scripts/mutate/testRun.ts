import { type ChildProcess, spawn } from "node:child_process";

/** How a test file ended. */
export interface TestRun {
  readonly outcome: "passed" | "failed" | "timed out";
  readonly seconds: number;
}

/** What `runTest` throws once `stopTests` was called. */
export class Stopped extends Error {}

let running: ChildProcess | undefined;
let stopped = false;

/** Ends the test file that runs, which says nothing then, and starts no other one. */
export function stopTests(): void {
  stopped = true;
  kill();
}

// With everything the test file started.
function kill(): void {
  if (running?.pid === undefined) return;
  try {
    process.kill(-running.pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** Runs one compiled test file in a process of its own, at most for some seconds. @throws Stopped */
export async function runTest(
  folder: string,
  file: string,
  limit: number,
  env: Record<string, string> = {},
): Promise<TestRun> {
  if (stopped) throw new Stopped();
  const begin = performance.now();
  // A mutant that allocates without end fails instead of taking all memory.
  const child = spawn(process.execPath, ["--max-old-space-size=2048", file], {
    cwd: folder,
    detached: true, // a process group of its own
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: "2", ...env },
    stdio: "ignore",
  });
  running = child;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    kill();
  }, 1000 * limit);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => {
      clearTimeout(timer);
      kill(); // what it started and left behind
      running = undefined;
      if (stopped) return reject(new Stopped());
      const outcome = late ? "timed out" : code === 0 ? "passed" : "failed";
      resolve({ outcome, seconds: (performance.now() - begin) / 1000 });
    });
  });
}
