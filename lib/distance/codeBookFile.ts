import { createHash } from "node:crypto";
import { parseJson, shown } from "../files/parseJson";
import { type Refusal, readWhole } from "../files/readWhole";
import { writeAtomically } from "../files/writeAtomically";
import { type BookLayer, bitsOf, wordsPerCode } from "./BookLayer";
import { CodeBook } from "./CodeBook";
import { CodeBookFileError } from "./CodeBookFileError";

const MAGIC = "madmaxQ1";
const HASH_BYTES = 32;
/** Magic word, then the length of the header in four bytes. */
const START = MAGIC.length + 4;
/** More than any network has: a header that asks for more isn't believed. */
const LARGEST = 2 ** 31;

/**
 * Writes a code book to a file, whole or not at all.
 *
 * The file, little-endian: the word "madmaxQ1"; the header's length, uint32; the header, JSON
 * { size, layers: [{ name, units, pieces }] }; for each layer the codes one after the other, each in
 * ⌈bits / 8⌉ bytes, bit i in bit i mod 8 of byte ⌊i / 8⌋; SHA-256 of all that.
 *
 * @example
 * const book = CodeBook.from([[0, 1], [1, 0]].map((x) => net.code(x)));
 * saveCodeBook(book, "codes.bin");
 * loadCodeBook("codes.bin").code(1).equals(book.code(1)); // true
 */
export function saveCodeBook(book: CodeBook, file: string): void {
  const header = Buffer.from(JSON.stringify({ size: book.size, layers: book.layers }));
  const start = Buffer.alloc(START);
  start.write(MAGIC, "latin1");
  start.writeUInt32LE(header.length, MAGIC.length);
  const body = Buffer.concat([
    start,
    header,
    ...book.layers.map((layer, l) => packed(layer, book.size, book.words[l]!)),
  ]);
  writeAtomically(file, Buffer.concat([body, createHash("sha256").update(body).digest()]));
}

/**
 * Reads what `saveCodeBook` wrote.
 *
 * Throws CodeBookFileError if the file is missing, if a byte is missing, added or changed, or if it
 * isn't a code book.
 *
 * @example
 * saveCodeBook(CodeBook.from([net.code([0, 1])]), "codes.bin");
 * loadCodeBook("codes.bin").size; // 1
 */
export function loadCodeBook(file: string): CodeBook {
  const refuse = (found: string, expected: string) => new CodeBookFileError(file, found, expected);
  const bytes = readWhole(file, (found) => refuse(found, "a code book"));
  if (bytes.length < START + HASH_BYTES || bytes.toString("latin1", 0, MAGIC.length) !== MAGIC) {
    throw refuse(`${bytes.length} bytes that don't begin as one`, "a code book (madmaxQ1)");
  }
  const body = bytes.subarray(0, -HASH_BYTES);
  if (!createHash("sha256").update(body).digest().equals(bytes.subarray(-HASH_BYTES))) {
    throw refuse("another check sum than is stored in it", "a whole, undamaged file");
  }
  const headerEnd = START + body.readUInt32LE(MAGIC.length);
  const { size, layers } = readHeader(body.subarray(START, headerEnd), refuse);
  const expected = layers.reduce((sum, layer) => sum + size * bytesPerCode(layer), headerEnd);
  if (body.length !== expected) throw refuse(`${body.length} bytes`, `${expected} by its header`);
  const book = CodeBook.allocate(size, layers);
  let at = headerEnd;
  layers.forEach((layer, l) => {
    const end = at + size * bytesPerCode(layer);
    unpack(layer, body.subarray(at, end), book.words[l]!);
    checkBits(layer, book.words[l]!, refuse);
    at = end;
  });
  return book;
}

function readHeader(text: Buffer, refuse: Refusal): { size: number; layers: BookLayer[] } {
  const header = parseJson(text, (found) => refuse(found, "a header of JSON"));
  const { size, layers } = (header ?? {}) as { size?: unknown; layers?: unknown };
  const count = (value: unknown) => Number.isSafeInteger(value) && Number(value) > 0;
  const isLayer = (layer: Partial<BookLayer> | null) =>
    typeof layer?.name === "string" &&
    count(layer.units) &&
    count(layer.pieces) &&
    Number(layer.pieces) > 1 &&
    bitsOf(layer as BookLayer) < LARGEST;
  if (count(size) && Array.isArray(layers) && layers.every(isLayer)) {
    return header as { size: number; layers: BookLayer[] };
  }
  throw refuse(`the header ${shown(header)}`, "size and layers of name, units and pieces");
}

const bytesPerCode = (layer: BookLayer): number => Math.ceil(bitsOf(layer) / 8);

/** Whole vectors of bits without what fills them up. */
function packed(layer: BookLayer, size: number, words: Uint32Array): Uint8Array {
  const [narrow, wide] = [bytesPerCode(layer), 4 * wordsPerCode(layer)];
  const from = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  const to = new Uint8Array(size * narrow);
  for (let n = 0; n < size; n++) to.set(from.subarray(n * wide, n * wide + narrow), n * narrow);
  return to;
}

function unpack(layer: BookLayer, from: Uint8Array, words: Uint32Array): void {
  const [narrow, wide] = [bytesPerCode(layer), 4 * wordsPerCode(layer)];
  const to = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  for (let at = 0, n = 0; at < from.length; at += narrow, n++) {
    to.set(from.subarray(at, at + narrow), n * wide);
  }
}

/** @throws unless every unit has exactly one piece, and what fills up a code's last byte is 0 */
function checkBits(layer: BookLayer, words: Uint32Array, refuse: Refusal): void {
  const [bits, w] = [bitsOf(layer), wordsPerCode(layer)];
  const { name, units, pieces } = layer;
  for (let start = 0; start < words.length; start += w) {
    const spare = bits % 32 === 0 ? 0 : words[start + (bits >>> 5)]! >>> (bits & 31);
    if (spare !== 0) throw refuse(`bits beyond the code of ${name}`, `${bits} bits a code`);
    if (pieces === 2) continue;
    let unit = 0; // the bits that are set belong to units 0, 1, 2, …, each in its turn
    for (let i = 0; 32 * i < bits; i++) {
      for (let rest = words[start + i]!; rest !== 0; rest &= rest - 1, unit++) {
        const bit = 32 * i + 31 - Math.clz32(rest & -rest);
        if (Math.floor(bit / pieces) === unit) continue;
        throw refuse(`no piece or two in unit ${unit} of ${name}`, "one piece a unit");
      }
    }
    if (unit !== units) throw refuse(`${unit} pieces in ${name}`, `${units}, one a unit`);
  }
}
