import type { Random } from "../../lib/random";

/** A damaged copy of a file: what was done to it, and its bytes. */
export interface Damaged {
  readonly what: string;
  readonly bytes: Buffer;
}

/** Half of all places are near the start, where headers are. */
const HEAD = 128;
const FOREIGN: readonly Buffer[] = [
  Buffer.alloc(0),
  Buffer.from("\n"),
  Buffer.from("null"),
  Buffer.from("<!doctype html><title>404</title>"),
  Buffer.from("version https://git-lfs.github.com/spec/v1\nsize 47040016\n"),
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]),
  Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]),
  Buffer.from("[".repeat(200_000)),
  Buffer.from("[".repeat(20_000) + "]".repeat(20_000)),
  Buffer.alloc(4096),
  Buffer.alloc(4096, 0xff),
];

/** A whole number from 0, less than n. */
export const below = (n: number, draw: Random): number => draw.integer(0, n - 1);

const pick = <T>(list: readonly T[], draw: Random): T => list[below(list.length, draw)]!;

function place(length: number, draw: Random): number {
  return below(draw.uniform() < 0.5 ? Math.min(HEAD, length) : length, draw);
}

/** One random damage: cut off, bits flipped, numbers that lie, pieces moved, another format. */
export function damaged(good: Buffer, draw: Random): Damaged {
  const bytes = Buffer.from(good);
  switch (below(7, draw)) {
    case 0: {
      const length = place(bytes.length, draw);
      return { what: `cut at ${length}`, bytes: bytes.subarray(0, length) };
    }
    case 1:
    case 2: {
      const bits = Array.from({ length: draw.integer(1, 9) }, () => 8 * place(bytes.length, draw));
      const flipped = bits.map((bit) => bit + below(8, draw));
      for (const bit of flipped) bytes[bit >>> 3]! ^= 1 << (bit & 7);
      return { what: `bits ${flipped} flipped`, bytes };
    }
    case 3: {
      const at = Math.max(0, Math.min(place(bytes.length, draw), bytes.length - 4));
      const value = pick([0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1], draw);
      if (draw.uniform() < 0.5) bytes.writeUInt32BE(value, at);
      else bytes.writeUInt32LE(value, at);
      return { what: `${value} at byte ${at}`, bytes };
    }
    case 4: {
      const numbers = [...good.toString("latin1").matchAll(/-?\d+(\.\d+)?/g)];
      const chosen = numbers.length === 0 ? undefined : pick(numbers, draw);
      const lie = pick(["-1", "0", "2147483648", "9007199254740993", "1e999", "null"], draw);
      const at = chosen?.index ?? 0;
      const end = at + (chosen?.[0].length ?? 0);
      const parts = [good.subarray(0, at), Buffer.from(lie), good.subarray(end)];
      return { what: `${lie} for the number at ${at}`, bytes: Buffer.concat(parts) };
    }
    case 5: {
      const [from, to] = [place(bytes.length, draw), place(bytes.length, draw)];
      const piece = bytes.subarray(from, from + draw.integer(1, 600));
      const tail = bytes.subarray(
        draw.uniform() < 0.5 ? to : Math.min(to + piece.length, good.length),
      );
      const moved = Buffer.concat([bytes.subarray(0, to), piece, tail]);
      return { what: `${piece.length} bytes of ${from} at ${to}`, bytes: moved };
    }
    default: {
      const k = below(FOREIGN.length, draw);
      const foreign = FOREIGN[k]!;
      const after = draw.uniform() < 0.3 ? bytes.subarray(foreign.length) : Buffer.alloc(0);
      return { what: `foreign start ${k}`, bytes: Buffer.concat([foreign, after]) };
    }
  }
}

/** A value of JSON with one of its parts, however deep, replaced, left out or repeated. */
export function lyingJson(value: unknown, draw: Random): { what: string; value: unknown } {
  const copy = structuredClone(value);
  const parts: { within: Record<string, unknown>; key: string; path: string }[] = [];
  const visit = (within: unknown, path: string): void => {
    if (typeof within !== "object" || within === null) return;
    for (const [key, part] of Object.entries(within)) {
      parts.push({ within: within as Record<string, unknown>, key, path: `${path}.${key}` });
      visit(part, `${path}.${key}`);
    }
  };
  visit(copy, "");
  const { within, key, path } = pick(parts, draw);
  if (draw.uniform() < 0.15) {
    if (Array.isArray(within)) within.splice(Number(key), 1);
    else delete within[key];
    return { what: `no ${path}`, value: copy };
  }
  if (Array.isArray(within) && draw.uniform() < 0.15) {
    within.push(structuredClone(within[Number(key)]));
    return { what: `${path} twice`, value: copy };
  }
  const lies = [
    null,
    -1,
    0,
    1,
    0.5,
    2 ** 31,
    2 ** 53 - 1,
    1e300,
    "",
    "x",
    true,
    [],
    {},
    [2 ** 31],
    [[]],
  ];
  const lie = pick(lies, draw);
  within[key] = lie;
  return { what: `${JSON.stringify(lie)} for ${path}`, value: copy };
}
