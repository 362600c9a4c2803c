import { closeSync, fsyncSync, openSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Writes a file so that its name stands for the old content or for the new one, never for a part of
 * either, even if the process is killed or the power goes. A kill may leave `<file>.tmp` behind,
 * which the next call overwrites.
 */
export function writeAtomically(file: string, content: Uint8Array | string): void {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  const unfinished = `${file}.tmp`;
  const handle = openSync(unfinished, "w");
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(handle, bytes, done);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(unfinished, file);
  if (process.platform === "win32") return; // a folder can't be opened there
  const folder = openSync(dirname(file), "r");
  try {
    fsyncSync(folder); // only now is the new name on the disk
  } finally {
    closeSync(folder);
  }
}
