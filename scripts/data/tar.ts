const BLOCK = 512;

/** One regular file of an archive. */
export interface TarEntry {
  readonly name: string;
  readonly content: Buffer;
}

/**
 * The regular files of a tar archive (POSIX ustar), in order; other entries are passed over.
 *
 * @throws Error on a damaged header or an archive that ends too early, with the place
 */
export function* tarEntries(archive: Buffer): Generator<TarEntry> {
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const header = archive.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) return;
    checkHeader(header, at);
    const size = octal(header, 124, 12);
    const start = at + BLOCK;
    if (start + size > archive.length) {
      throw new Error(
        `the archive ends at byte ${archive.length}, inside the file that begins at ${start}`,
      );
    }
    const kind = String.fromCharCode(header[156]!);
    if (kind === "0" || kind === "\0") {
      const prefix = text(header, 345, 155);
      const name = text(header, 0, 100);
      yield {
        name: prefix === "" ? name : `${prefix}/${name}`,
        content: archive.subarray(start, start + size),
      };
    }
    at = start + BLOCK * Math.ceil(size / BLOCK);
  }
  throw new Error(`the archive ends at byte ${archive.length} without its closing blocks`);
}

// The sum of the header's bytes, with spaces in place of the sum itself.
function checkHeader(header: Buffer, at: number): void {
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 32 : header[i]!;
  const stated = octal(header, 148, 8);
  if (sum !== stated) throw new Error(`damaged header at byte ${at}: sum ${sum}, stated ${stated}`);
}

function text(header: Buffer, from: number, length: number): string {
  const field = header.subarray(from, from + length);
  const end = field.indexOf(0);
  return field.subarray(0, end === -1 ? length : end).toString("latin1");
}

const octal = (header: Buffer, from: number, length: number): number =>
  Number.parseInt(text(header, from, length).trim() || "0", 8);
