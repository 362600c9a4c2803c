import { readFileSync } from "node:fs";
import { join } from "node:path";
import { popcount } from "../network/popcount";

/** Which inner loop counts differing bits. */
export type HammingEngine = "wasm" | "typescript";

/** The inner loop of a search, and the memory it works in. Addresses are bytes, multiples of 16. */
export interface HammingKernel {
  readonly memory: ArrayBuffer;
  /**
   * Adds the numbers of bits in which four queries differ from each of `count` codes, times
   * 2^shift, to out [4 × count], int32. Codes and queries take `stride` bytes each.
   */
  accumulate(
    queries: number,
    codes: number,
    count: number,
    stride: number,
    out: number,
    shift: number,
  ): void;
}

/** A kernel with at least so many bytes of memory; without a compiled module the plain one. */
export function hammingKernel(
  module: WebAssembly.Module | undefined,
  bytes: number,
): HammingKernel {
  return module === undefined ? typescriptKernel(bytes) : wasmKernel(module, bytes);
}

let compiled: WebAssembly.Module | undefined | null = null;

/**
 * assembly/hamming.ts, compiled, or undefined for the plain loop. Without a wish WebAssembly is taken
 * wherever this Node knows its vectors.
 * @throws Error if WebAssembly is asked for, and has no vectors here
 */
export function hammingModule(engine: HammingEngine | undefined): WebAssembly.Module | undefined {
  if (engine === "typescript") return undefined;
  if (compiled === null) {
    const bytes = readFileSync(join(__dirname, "hamming.wasm"));
    compiled = WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : undefined;
  }
  if (compiled === undefined && engine === "wasm") {
    throw new Error('this Node has no WebAssembly vectors; take the engine "typescript"');
  }
  return compiled;
}

const PAGE = 65536;

function wasmKernel(module: WebAssembly.Module, bytes: number): HammingKernel {
  const { exports } = new WebAssembly.Instance(module);
  const memory = exports.memory as WebAssembly.Memory;
  memory.grow(Math.ceil(bytes / PAGE));
  return {
    memory: memory.buffer,
    accumulate: exports.accumulate as HammingKernel["accumulate"],
  };
}

function typescriptKernel(bytes: number): HammingKernel {
  const memory = new ArrayBuffer(bytes);
  const words = new Uint32Array(memory);
  const counts = new Int32Array(memory);
  return {
    memory,
    accumulate(queries, codes, count, stride, out, shift) {
      const width = stride >>> 2;
      for (let j = 0; j < 4; j++) {
        const query = (queries >>> 2) + j * width;
        for (let n = 0; n < count; n++) {
          const code = (codes >>> 2) + n * width;
          let total = 0;
          for (let i = 0; i < width; i++) total += popcount(words[query + i]! ^ words[code + i]!);
          counts[(out >>> 2) + j * count + n]! += total << shift;
        }
      }
    },
  };
}
