import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";

/**
 * Sees to it that only an earlier export is ever replaced.
 *
 * @throws Error if the folder holds anything but HTML files
 */
export function checkReplaceable(folder: string): void {
  if (!existsSync(folder)) return;
  const other = readdirSync(folder).find((name) => !name.endsWith(".html"));
  if (other === undefined) return;
  throw new Error(
    `${folder} holds ${other}, so it is no earlier export, which alone is replaced: ` +
      "name another folder in --to",
  );
}

/** Puts files into a folder in place of all that it held, or leaves it as it was. */
export function replaceFolder(folder: string, files: ReadonlyMap<string, string>): void {
  mkdirSync(dirname(folder), { recursive: true });
  // On the same disk, since only there a folder can be renamed.
  const beside = mkdtempSync(join(dirname(folder), `.${basename(folder)}-`));
  try {
    const [made, old] = [join(beside, "new"), join(beside, "old")];
    mkdirSync(made);
    for (const [name, content] of files) writeFileSync(join(made, name), content);
    if (existsSync(folder)) renameSync(folder, old);
    try {
      renameSync(made, folder);
    } catch (error) {
      if (existsSync(old)) renameSync(old, folder);
      throw error;
    }
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}
