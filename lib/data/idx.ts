import { DataFormatError } from "./DataFormatError";

/** Unsigned bytes in the shape that the file declares. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

const UNSIGNED_BYTE = 0x08;

/**
 * Reads an IDX file of unsigned bytes, the format of MNIST (LeCun, Cortes & Burges 1998): two zero
 * bytes, the type, the rank, each dimension in four bytes (big-endian), then the data, row-major.
 *
 * `file` is the name for messages; `rank` the number of dimensions expected.
 * @throws DataFormatError unless the file is exactly as its header says
 */
export function readIdx(bytes: Uint8Array, file: string, rank: number): IdxArray {
  const header = 4 + 4 * rank;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fail = (offset: number, found: string, expected: string): never => {
    throw new DataFormatError(file, offset, found, expected);
  };
  if (bytes.length < 4) fail(bytes.length, "the end of the file", "a header of 4 bytes");
  if (view.getUint16(0) !== 0) fail(0, `bytes ${hex(bytes, 0, 2)}`, "bytes 00 00 of an IDX file");
  if (bytes[2] !== UNSIGNED_BYTE) fail(2, `type ${hex(bytes, 2, 1)}`, "type 08 (unsigned bytes)");
  if (bytes[3] !== rank) fail(3, `${bytes[3]} dimensions`, `${rank}`);
  if (bytes.length < header) fail(bytes.length, "the end of the file", `${rank} dimensions`);
  const shape = Array.from({ length: rank }, (_, k) => view.getUint32(4 + 4 * k));
  const size = shape.reduce((product, n) => product * n, 1);
  if (bytes.length - header !== size) {
    fail(header, `${bytes.length - header} bytes of data`, `${size} for the shape [${shape}]`);
  }
  return { shape, data: bytes.subarray(header) };
}

const hex = (bytes: Uint8Array, from: number, count: number): string =>
  Buffer.from(bytes.subarray(from, from + count)).toString("hex");
