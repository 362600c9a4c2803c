import { type HammingKernel, hammingKernel } from "./kernel";

/** A layer as a scan sees it. */
export interface ScannedLayer {
  /** Bytes of a code, a multiple of 16. */
  readonly stride: number;
  /** Bits differ in pairs where a unit has more than two pieces: 0 then, else 1. */
  readonly shift: number;
  /** What half a differing unit adds to the distance, if layers are weighted. */
  readonly factor: number;
  /** The codes that are searched, all of the book. */
  readonly codes: Uint32Array;
  /** The codes they are compared with. */
  readonly queries: Uint32Array;
}

/** What is compared with what: plain data, which another thread can be sent. */
export interface Comparison {
  readonly layers: readonly ScannedLayer[];
  readonly queryCount: number;
  /** The codes `from` … `to` − 1 are compared. */
  readonly from: number;
  readonly to: number;
  /** Distances are Σ factor · count; if not, Σ count, halves of units. */
  readonly weighted: boolean;
  /** The compiled inner loop; undefined for the plain one. */
  readonly module: WebAssembly.Module | undefined;
}

/** Called with the distances of query q to the codes n, n + 1, … */
export type Visit = (q: number, n: number, distances: Int32Array | Float64Array) => void;

/** What a block of codes may take, so that it stays in a core's cache for all queries. */
const BLOCK_BYTES = 131072;
/** What queries may take in the kernel's memory at a time. */
const QUERY_BYTES = 268435456;

/**
 * Distances of all queries to a range of codes, block by block: a block is copied into the kernel's
 * memory once, and stays in the cache while it is compared with all queries, four at a time.
 */
export function scan(comparison: Comparison, visit: Visit): void {
  const { layers, queryCount, from, to } = comparison;
  const bytes = layers.reduce((sum, { stride }) => sum + stride, 0);
  const block = Math.max(4, Math.min(to - from, Math.floor(BLOCK_BYTES / bytes)));
  const chunk = Math.min(4 * Math.ceil(queryCount / 4), 4 * Math.ceil(QUERY_BYTES / (4 * bytes)));
  const memory = aligned(block * bytes) + aligned(16 * block) + chunk * bytes;
  const kernel = hammingKernel(comparison.module, memory);
  for (let first = 0; first < queryCount; first += chunk) {
    const queries = Math.min(chunk, queryCount - first);
    scanQueries({ ...comparison, kernel, block, first, queries }, visit);
  }
}

const aligned = (bytes: number): number => 16 * Math.ceil(bytes / 16);

interface Part extends Comparison {
  readonly kernel: HammingKernel;
  readonly block: number;
  /** Queries first … first + queries − 1 are in the kernel's memory. */
  readonly first: number;
  readonly queries: number;
}

function scanQueries(part: Part, visit: Visit): void {
  const { layers, from, to, weighted, kernel, block, first, queries } = part;
  const bytes = layers.reduce((sum, { stride }) => sum + stride, 0);
  const out = aligned(block * bytes);
  const words = new Uint32Array(kernel.memory);
  const groups = Math.ceil(queries / 4);
  let next = out + aligned(16 * block);
  const queryAt = layers.map(({ stride, queries: all }) => {
    const width = stride >>> 2;
    words.set(all.subarray(first * width, (first + queries) * width), next >>> 2);
    const place = next;
    next += 4 * groups * stride;
    return place;
  });
  const scores = new Float64Array(weighted ? 4 * block : 0);
  for (let n = from; n < to; n += block) {
    const count = Math.min(block, to - n);
    let at = 0;
    const codeAt = layers.map(({ stride, codes }) => {
      const width = stride >>> 2;
      words.set(codes.subarray(n * width, (n + count) * width), at >>> 2);
      const place = at;
      at += count * stride;
      return place;
    });
    const counts = new Int32Array(kernel.memory, out, 4 * count);
    for (let g = 0; g < groups; g++) {
      counts.fill(0);
      if (weighted) scores.fill(0);
      layers.forEach(({ stride, shift, factor }, l) => {
        const place = queryAt[l]! + 4 * g * stride;
        kernel.accumulate(place, codeAt[l]!, count, stride, out, shift);
        if (!weighted) return;
        for (let i = 0; i < counts.length; i++) scores[i]! += factor * counts[i]!;
        counts.fill(0);
      });
      const found = weighted ? scores : counts;
      for (let j = 0; j < Math.min(4, queries - 4 * g); j++) {
        visit(first + 4 * g + j, n, found.subarray(j * count, (j + 1) * count));
      }
    }
  }
}
