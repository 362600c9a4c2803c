import { createHash } from "node:crypto";
import { CheckpointError } from "./CheckpointError";

/** Named arrays of numbers. */
export type Arrays = Readonly<Record<string, Float32Array | Float64Array>>;

const MAGIC = "madmax-1";
const HASH_BYTES = 32;
/** Magic word, then the length of the header in four bytes. */
const START = MAGIC.length + 4;

/**
 * One file of a header and named arrays: magic word, length of the header, the header as JSON with
 * the arrays' table, the arrays one after the other, SHA-256 of all that.
 */
export function encodeArrays(header: object, arrays: Arrays): Uint8Array {
  const table = Object.entries(arrays).map(([name, values]) => ({
    name,
    type: values instanceof Float64Array ? "float64" : "float32",
    length: values.length,
  }));
  const text = Buffer.from(JSON.stringify({ header, table }));
  const start = Buffer.alloc(START);
  start.write(MAGIC, "latin1");
  start.writeUInt32LE(text.length, MAGIC.length);
  const body = Buffer.concat([
    start,
    text,
    ...Object.values(arrays).map((v) => Buffer.from(v.buffer, v.byteOffset, v.byteLength)),
  ]);
  return Buffer.concat([body, createHash("sha256").update(body).digest()]);
}

/**
 * Reads what {@link encodeArrays} wrote; `file` is the name for messages.
 * @throws CheckpointError if a byte is missing, added or changed
 */
export function decodeArrays(bytes: Buffer, file: string): { header: unknown; arrays: Arrays } {
  const refuse = (reason: string) => new CheckpointError(file, reason);
  if (bytes.length < START + HASH_BYTES || bytes.toString("latin1", 0, MAGIC.length) !== MAGIC) {
    throw refuse(`found no checkpoint of this version in its ${bytes.length} bytes`);
  }
  const body = bytes.subarray(0, -HASH_BYTES);
  if (!createHash("sha256").update(body).digest().equals(bytes.subarray(-HASH_BYTES))) {
    throw refuse("its check sum is wrong: it is truncated or damaged");
  }
  const textEnd = START + body.readUInt32LE(MAGIC.length);
  const { header, table } = JSON.parse(body.toString("utf8", START, textEnd)) as {
    header: unknown;
    table: { name: string; type: string; length: number }[];
  };
  const arrays: Record<string, Float32Array | Float64Array> = {};
  let at = textEnd;
  for (const { name, type, length } of table) {
    const of = type === "float64" ? Float64Array : Float32Array;
    const end = at + length * of.BYTES_PER_ELEMENT;
    arrays[name] = new of(Uint8Array.from(body.subarray(at, end)).buffer); // aligned by copying
    at = end;
  }
  return { header, arrays };
}
