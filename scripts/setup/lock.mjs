// One set-up at a time in one folder. The lock names its holder and the command it runs, so that
// whoever finds it after a kill can clear up and go on.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { killGroup } from "./command.mjs";

/**
 * Waits for the lock and takes it.
 *
 * @param {(text: string) => void} say told once when there is somebody to wait for
 * @returns {Promise<{ command: (pid: number) => void, release: () => void }>}
 */
export async function takeLock(file, say) {
  mkdirSync(dirname(file), { recursive: true });
  let waiting = false;
  while (!create(file, { holder: identity(process.pid) })) {
    const found = read(file);
    if (found === undefined) continue; // released in between
    if (alive(found.holder)) {
      if (!waiting) say(`another set-up (process ${found.holder.pid}) is at work here: waiting`);
      waiting = true;
      await sleep(300);
    } else {
      // Renaming is atomic: of two finders, one gets the dead lock and clears up.
      const mine = `${file}.${process.pid}`;
      try {
        renameSync(file, mine);
      } catch {
        continue;
      }
      const dead = read(mine);
      if (dead?.command && alive(dead.command)) killGroup(dead.command.pid);
      rmSync(mine, { force: true });
    }
  }
  return {
    command: (pid) => replace(file, { holder: identity(process.pid), command: identity(pid) }),
    release: () => rmSync(file, { force: true }),
  };
}

// Process numbers are used again: the start time tells two processes apart where /proc is.
function identity(pid) {
  return { pid, born: born(pid) };
}

function born(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A zombie has ended; nobody has asked yet how.
    return fields[0] === "Z" ? "ended" : fields[19];
  } catch {
    return undefined;
  }
}

function alive({ pid, born: then }) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
  return then === undefined || born(pid) === then;
}

// A link is made whole or not at all: nobody ever reads half a lock.
function create(file, content) {
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, JSON.stringify(content));
  try {
    linkSync(mine, file);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(mine, { force: true });
  }
}

function replace(file, content) {
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, JSON.stringify(content));
  renameSync(mine, file);
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}
