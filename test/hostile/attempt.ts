import assert from "node:assert/strict";
import type { Random } from "../../lib/random";
import { type Damaged, damaged } from "./corrupt";

/** Something that reads files, and how to tell whether it did it right. */
export interface Reader {
  readonly name: string;
  /** How many damaged files it is given. */
  readonly count: number;
  readonly good: Buffer;
  /** A file whose form is right and whose content lies: check sums hold. */
  readonly lie?: (draw: Random) => Damaged;
  /** Reads the bytes, from the file or under the name `file` that errors have to say. */
  readonly read: (bytes: Buffer) => unknown;
  readonly file: string;
  /** Errors of ours that refuse a file. */
  readonly errors: readonly (new (
    ...args: never[]
  ) => Error)[];
  /** Throws unless the reading is what these bytes stand for. */
  readonly check: (reading: unknown, bytes: Buffer) => void;
  /** Frees what was read. */
  readonly release?: (reading: unknown) => void;
}

/** Milliseconds that a file of some kilobytes may take. */
const PATIENCE = 1000;
/** Bytes beyond those that small files explain. */
const MEMORY = 96 * 2 ** 20;

/** How many files were read right and how many refused, by the name of the error. */
export interface Tally {
  readonly tried: number;
  readonly right: number;
  readonly refused: Readonly<Record<string, number>>;
}

/** Gives a reader damaged files: each is read right or refused by an error of ours, soon. */
export async function attempt(reader: Reader, draw: Random): Promise<Tally> {
  await one(reader, { what: "whole", bytes: reader.good }, true);
  const refused: Record<string, number> = {};
  let right = 0;
  for (let n = 0; n < reader.count; n++) {
    const stream = draw.split(`file ${n}`);
    const lies = reader.lie !== undefined && stream.uniform() < 0.5;
    const file = lies ? reader.lie!(stream) : damaged(reader.good, stream);
    const error = await one(reader, file, false);
    if (error === undefined) right++;
    else refused[error] = (refused[error] ?? 0) + 1;
  }
  assert.ok(right < reader.count, `${reader.name}: nothing was refused`);
  return { tried: reader.count, right, refused };
}

/** The name of the error that refused a file; undefined if it was read right. */
async function one(
  { name, file, read, errors, check, release }: Reader,
  { what, bytes }: Damaged,
  whole: boolean,
): Promise<string | undefined> {
  const context = `${name}: ${what}`;
  const before = memory();
  const start = performance.now();
  let reading: unknown;
  let failure: unknown;
  try {
    reading = await read(bytes);
  } catch (error) {
    failure = error;
  }
  const time = performance.now() - start;
  assert.ok(time < PATIENCE, `${context}: took ${Math.round(time)} ms`);
  const after = memory();
  const more = Math.max(after.held - before.held, after.peak - before.peak);
  assert.ok(more < MEMORY, `${context}: took ${Math.round(more / 2 ** 20)} MB`);
  if (failure === undefined) {
    try {
      check(reading, bytes);
    } catch (error) {
      throw new Error(`${context}: read, but not right: ${(error as Error).message}`);
    } finally {
      release?.(reading);
    }
    return undefined;
  }
  const { stack, message } = failure as Error;
  assert.ok(!whole, `${context}: refused: ${message}`);
  assert.ok(
    errors.some((kind) => failure instanceof kind),
    `${context}: not an error of ours: ${stack}`,
  );
  assert.ok(message.includes(file), `${context}: no file in: ${message}`);
  assert.match(message, /found .*expected |another recipe/s, `${context}: says too little`);
  assert.ok(message.length < 2000, `${context}: says too much: ${message.length}`);
  return (failure as Error).name;
}

/** Bytes outside of JavaScript's heap now, and the most that the process ever had. */
function memory(): { held: number; peak: number } {
  const { external, heapUsed } = process.memoryUsage();
  return { held: external + heapUsed, peak: 1024 * process.resourceUsage().maxRSS };
}
