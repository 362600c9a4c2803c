// Tells whether what a step made is still what its inputs ask for.
import { createHash } from "node:crypto";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

/** A hash of strings, files and folders' contents (`{ file }`, `{ folder }`). */
export function fingerprint(...inputs) {
  const hash = createHash("sha256");
  const add = (name, content) => hash.update(`${name}\0`).update(content).update("\0");
  for (const input of inputs) {
    if (typeof input === "string") add("", input);
    else if (input.file !== undefined) add("file", readFileSync(input.file));
    else for (const file of filesOf(input.folder)) add(file, readFileSync(file));
  }
  return hash.digest("hex");
}

function filesOf(folder) {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile())
    .sort();
}

/** A marker stands inside the product that it vouches for: whoever deletes one deletes both. */
export function marked(file, print) {
  try {
    return readFileSync(file, "utf8") === print;
  } catch {
    return false;
  }
}

/** Marks a product as finished. */
export function mark(file, print) {
  writeWhole(file, print);
}

/** Takes a mark back, before the product is touched. */
export function unmark(file) {
  rmSync(file, { force: true });
}

/** Writes a file so that it is there whole or not at all. */
export function writeWhole(file, content) {
  mkdirSync(dirname(file), { recursive: true });
  const partial = `${file}.${process.pid}.partial`;
  writeFileSync(partial, content);
  renameSync(partial, file);
}
