import { DataFormatError } from "./DataFormatError";

/** Unsigned bytes in the shape that the file declares. */
export interface IdxArray {
  readonly shape: readonly number[];
  /** Row-major [product of shape], on the memory of the file's bytes. */
  readonly data: Uint8Array;
}

const UNSIGNED_BYTE = 0x08;

/**
 * Reads an IDX file of unsigned bytes, the format of MNIST (LeCun, Cortes & Burges 1998): two zero
 * bytes, the type, the rank, each dimension in four bytes (big-endian), then the data, row-major.
 *
 * `file` is the name for messages; `rank` the number of dimensions expected, any if left out.
 * @throws DataFormatError unless the file is exactly as its header says, to the last byte
 */
export function readIdx(bytes: Uint8Array, file: string, rank?: number): IdxArray {
  const fail = (offset: number, found: string, expected: string): never => {
    throw new DataFormatError(file, offset, found, expected);
  };
  const end = (expected: string): never => fail(bytes.length, "the end of the file", expected);

  if (bytes.length < 4) end("a header of at least 4 bytes");
  if (bytes[0] !== 0 || bytes[1] !== 0)
    fail(0, `bytes ${hex(bytes, 0, 2)}`, "00 00 of an IDX file");
  if (bytes[2] !== UNSIGNED_BYTE) fail(2, `type ${hex(bytes, 2, 3)}`, "type 08 (unsigned bytes)");
  const dimensions = bytes[3]!;
  if (dimensions !== (rank ?? Math.max(1, dimensions))) {
    fail(3, `${dimensions} dimensions`, rank === undefined ? "1 or more" : `${rank}`);
  }

  const header = 4 + 4 * dimensions;
  if (bytes.length < header) end(`${dimensions} dimensions, a header of ${header} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: dimensions }, (_, k) => view.getUint32(4 + 4 * k));

  // Nothing is allocated by the header's word: the product is only compared with what is there.
  // Many dimensions overflow, and infinity times 0 would be no number.
  const size = shape.includes(0) ? 0 : shape.reduce((product, n) => product * n, 1);
  const rest = bytes.length - header;
  if (rest < size) end(`${size} bytes of data [${shape}] after the header of ${header}`);
  if (rest > size) {
    fail(header + size, `${rest - size} more bytes`, `the end of the file after [${shape}]`);
  }
  return { shape, data: bytes.subarray(header) };
}

const hex = (bytes: Uint8Array, from: number, to: number): string =>
  Array.from(bytes.subarray(from, to), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
