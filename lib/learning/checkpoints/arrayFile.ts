import { createHash } from "node:crypto";
import { isObject, parseJson, shown } from "../../files/parseJson";
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
 * @throws CheckpointError if a byte is missing, added or changed, or if header, table and arrays
 * don't go together
 */
export function decodeArrays(bytes: Buffer, file: string): { header: unknown; arrays: Arrays } {
  const refuse = (reason: string) => new CheckpointError(file, reason);
  if (bytes.length < START + HASH_BYTES || bytes.toString("latin1", 0, MAGIC.length) !== MAGIC) {
    throw refuse(`found ${bytes.length} bytes that don't begin as one, expected ${MAGIC}`);
  }
  const body = bytes.subarray(0, -HASH_BYTES);
  if (!createHash("sha256").update(body).digest().equals(bytes.subarray(-HASH_BYTES))) {
    throw refuse("found another check sum than is stored in it, expected a whole, undamaged file");
  }
  const textEnd = START + body.readUInt32LE(MAGIC.length);
  const content = parseJson(body.subarray(START, textEnd), (found) =>
    refuse(`found ${found} in its header, expected JSON`),
  );
  const { header, table } = isObject(content) ? content : {};
  if (!Array.isArray(table) || !table.every(isEntry)) {
    throw refuse(`found the table ${shown(table)}, expected name, type and length of each array`);
  }
  const sizes = table.map(({ type, length }) => TYPES[type].BYTES_PER_ELEMENT * length);
  const expected = sizes.reduce((sum, size) => sum + size, textEnd);
  if (expected !== body.length || new Set(table.map(({ name }) => name)).size < table.length) {
    throw refuse(`found ${body.length} bytes, expected ${expected} for ${table.length} arrays`);
  }
  const arrays: Record<string, Float32Array | Float64Array> = Object.create(null);
  let at = textEnd;
  table.forEach(({ name, type }, k) => {
    const end = at + sizes[k]!;
    arrays[name] = new TYPES[type](Uint8Array.from(body.subarray(at, end)).buffer); // aligned by copying
    at = end;
  });
  return { header, arrays };
}

const TYPES = { float32: Float32Array, float64: Float64Array } as const;

/** A line of the table of arrays. */
interface Entry {
  readonly name: string;
  readonly type: keyof typeof TYPES;
  readonly length: number;
}

function isEntry(entry: unknown): entry is Entry {
  const { name, type, length } = isObject(entry) ? entry : {};
  return (
    typeof name === "string" &&
    (type === "float32" || type === "float64") &&
    Number.isSafeInteger(length) &&
    Number(length) >= 0
  );
}
