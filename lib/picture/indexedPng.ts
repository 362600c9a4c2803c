import { deflateSync } from "node:zlib";
import { PNG } from "pngjs";

/** Colours of an indexed PNG. */
const COLOURS = 256;
/** Of these, so many are the most frequent of the picture. */
const FREQUENT = 128;

/**
 * The same PNG with 256 colours: its most frequent ones, and those that lie farthest from them, so
 * that shades on a few pixels, as those of a legend, don't turn into another colour; all others as
 * the nearest of them. Line drawings, whose many colours are blends along edges, shrink to a third and
 * look alike.
 *
 * Transparency is dropped. The same picture gives the same bytes.
 */
export function indexedPng(png: Uint8Array): Uint8Array {
  const { width, height, data } = PNG.sync.read(Buffer.from(png));
  const counts = new Map<number, number>();
  for (let i = 0; i < data.length; i += 4) {
    const colour = colourAt(data, i);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const { palette, indexOf } = paletteOf(counts);
  // One byte of filter (none) before each row.
  const rows = Buffer.alloc((width + 1) * height);
  for (let i = 0; i < data.length; i += 4) {
    const at = i >> 2;
    rows[at + Math.floor(at / width) + 1] = indexOf.get(colourAt(data, i))!;
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8); // 8 bits a pixel, indices into a palette
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("PLTE", Buffer.from(palette.flatMap((c) => [c >> 16, (c >> 8) & 255, c & 255]))),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

const colourAt = (data: Uint8Array, i: number): number =>
  (data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!;

/** At most 256 of the colours, and for each colour the place of the nearest of them. */
function paletteOf(counts: ReadonlyMap<number, number>) {
  const colours = [...counts].sort(([a, m], [b, n]) => n - m || a - b).map(([colour]) => colour);
  const palette: number[] = [];
  const nearest = new Uint8Array(colours.length);
  const distances = new Float64Array(colours.length).fill(Number.POSITIVE_INFINITY);
  while (palette.length < Math.min(COLOURS, colours.length)) {
    let next = palette.length;
    if (next >= FREQUENT) {
      next = 0;
      for (let i = 1; i < colours.length; i++) if (distances[i]! > distances[next]!) next = i;
    }
    for (let i = 0; i < colours.length; i++) {
      const distance = squaredDistance(colours[i]!, colours[next]!);
      if (distance < distances[i]!) {
        distances[i] = distance;
        nearest[i] = palette.length;
      }
    }
    palette.push(colours[next]!);
  }
  return { palette, indexOf: new Map(colours.map((colour, i) => [colour, nearest[i]!])) };
}

function squaredDistance(a: number, b: number): number {
  const red = (a >> 16) - (b >> 16);
  const green = ((a >> 8) & 255) - ((b >> 8) & 255);
  const blue = (a & 255) - (b & 255);
  return red * red + green * green + blue * blue;
}

/** A chunk of a PNG file: length, type, data, and the check sum of the last two. */
function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** CRC-32 of ISO 3309, a byte at a time. */
function crc32(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = CRC_TABLE[(sum ^ byte) & 255]! ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});
