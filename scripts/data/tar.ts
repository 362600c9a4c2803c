// A strict reader of tar archives (POSIX.1-1988 ustar and its GNU forerunner): plain files and
// folders, nothing else. What it doesn't know it refuses rather than guesses.
import { DataFormatError } from "../../lib/data";

/** A plain file of an archive. */
export interface TarMember {
  readonly name: string;
  /** Its content, on the memory of the archive. */
  readonly bytes: Uint8Array;
}

const BLOCK = 512;
// Places of a header: offset and length in bytes.
const NAME = [0, 100] as const;
const SIZE = [124, 12] as const;
const CHECK_SUM = [148, 8] as const;
const TYPE = 156;
const MAGIC = [257, 5] as const;
const PREFIX = [345, 155] as const;

/**
 * Reads the plain files of a tar archive; `file` is the name for messages.
 * @throws DataFormatError on a truncated or damaged archive, links, devices and extended headers, on
 * paths that lead out of the archive, and on two files of one name
 */
export function readTar(archive: Uint8Array, file: string): TarMember[] {
  const members = new Map<string, TarMember>();
  let offset = 0;
  const fail = (place: number, found: string, expected: string): never => {
    throw new DataFormatError(file, place, found, expected);
  };
  const block = (expected: string): Uint8Array =>
    offset + BLOCK <= archive.length
      ? archive.subarray(offset, offset + BLOCK)
      : fail(archive.length, "the end of the archive", expected);

  for (let header = block("a header"); !isZero(header); header = block("a header")) {
    const sum = octal(header, CHECK_SUM);
    if (sum !== checkSum(header)) {
      const found = sum === undefined ? "no check sum" : `check sum ${sum}`;
      fail(offset + CHECK_SUM[0], found, `${checkSum(header)} of a tar header`);
    }
    if (text(header, MAGIC) !== "ustar") {
      fail(offset + MAGIC[0], `"${text(header, MAGIC)}"`, '"ustar"');
    }
    const name = nameOf(header);
    if (leadsOut(name)) fail(offset, `path "${name}"`, "a path inside the archive");
    const size = octal(header, SIZE);
    if (size === undefined) return fail(offset + SIZE[0], "no octal number", "the file's size");
    const type = String.fromCharCode(header[TYPE]!);
    const start = offset + BLOCK;
    if (start + size > archive.length) {
      fail(archive.length, "the end of the archive", `${size} bytes of ${name}`);
    }
    if (type === "0" || type === "\0") {
      if (members.has(name)) fail(offset, `a second ${name}`, "each file once");
      members.set(name, { name, bytes: archive.subarray(start, start + size) });
    } else if (type !== "5") {
      fail(offset + TYPE, `type ${JSON.stringify(type)} of ${name}`, "a plain file or a folder");
    }
    offset = start + BLOCK * Math.ceil(size / BLOCK);
  }
  offset += BLOCK;
  block("a second block of zeros");
  const more = archive.subarray(offset).findIndex((byte) => byte !== 0);
  if (more >= 0) fail(offset + more, "data after the last file", "zeros");
  return [...members.values()];
}

const isZero = (block: Uint8Array): boolean => block.every((byte) => byte === 0);

function text(header: Uint8Array, [offset, length]: readonly [number, number]): string {
  const field = header.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return Buffer.from(end < 0 ? field : field.subarray(0, end)).toString("utf8");
}

function octal(header: Uint8Array, place: readonly [number, number]): number | undefined {
  const digits = text(header, place).trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

// The sum of all bytes of the header, its own field counted as blanks.
function checkSum(header: Uint8Array): number {
  const [offset, length] = CHECK_SUM;
  const own = header.subarray(offset, offset + length);
  const total = (bytes: Uint8Array) => bytes.reduce((sum, byte) => sum + byte, 0);
  return total(header) - total(own) + length * " ".charCodeAt(0);
}

// Only POSIX archives ("ustar" and a zero byte) have a prefix; GNU keeps times in its place.
function nameOf(header: Uint8Array): string {
  const prefix = header[MAGIC[0] + MAGIC[1]] === 0 ? text(header, PREFIX) : "";
  return prefix === "" ? text(header, NAME) : `${prefix}/${text(header, NAME)}`;
}

function leadsOut(name: string): boolean {
  return name === "" || /^[/\\]|^[a-z]:|\\/i.test(name) || name.split("/").includes("..");
}
