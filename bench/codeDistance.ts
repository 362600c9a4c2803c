import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CodeBook, type NeighbourOptions, nearestNeighbours, random } from "../lib";
import { medianOf } from "./pair";

const SIZES = [
  { bits: 1024, codes: 60_000, queries: 320 },
  { bits: 8192, codes: 60_000, queries: 64 },
  { bits: 65_536, codes: 20_000, queries: 32 },
];
const K = 15;
const ROUNDS = 5;
/** The plain loop is given one of so many queries, and its time multiplied. */
const PLAIN_SHARE = 16;
const FAISS = "faiss-cpu==1.15.1";

/**
 * The 15 nearest codes by Hamming distance: WebAssembly vectors, on one thread and on two, against
 * a plain loop over typed arrays and against faiss' exact binary index on one thread, in turn.
 */
export async function benchCodeDistance(): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), "madmax-bench-"));
  try {
    const python = faissPython();
    for (const size of SIZES) await benchSize(size, scratch, python);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

async function benchSize(
  { bits, codes, queries }: (typeof SIZES)[number],
  scratch: string,
  python: string | undefined,
): Promise<void> {
  const book = randomBook(codes, bits);
  const asked = book.select(Array.from({ length: queries }, (_, q) => 7 * q));
  const bytes = (from: CodeBook) => Buffer.from(from.words[0]!.buffer);
  const files = [join(scratch, "codes"), join(scratch, "queries")] as const;
  writeFileSync(files[0], bytes(book));
  writeFileSync(files[1], bytes(asked));
  console.log(`${K} nearest of ${codes} codes of ${bits} bits, ${queries} queries`);

  const few = asked.select(Array.from({ length: queries / PLAIN_SHARE }, (_, q) => q));
  const ours =
    (options: Partial<NeighbourOptions>, from = asked) =>
    async () => {
      const start = performance.now();
      const { distances } = await nearestNeighbours(book, from, { k: K, ...options });
      const seconds = ((performance.now() - start) / 1000) * (queries / from.size);
      return { seconds, distances: Array.from(distances, (d) => Math.round(d * bits)) };
    };
  const ways = [
    { name: "plain typed-array loop", run: ours({ engine: "typescript", threads: 1 }, few) },
    { name: "WebAssembly, one thread", run: ours({ engine: "wasm", threads: 1 }) },
    { name: "WebAssembly, two threads", run: ours({ engine: "wasm", threads: 2 }) },
    ...(python === undefined
      ? []
      : [{ name: "faiss, one thread", run: async () => faiss(python, files, bits) }]),
  ];
  const times = ways.map((): number[] => []);
  const expected = (await ours({ threads: 1 })()).distances.join();
  for (let round = -1; round < ROUNDS; round++) {
    for (const [i, { name, run }] of ways.entries()) {
      const { seconds, distances } = await run();
      if (round >= 0) times[i]!.push(seconds); // the first round warms up
      if (!expected.startsWith(distances.join())) throw new Error(`${name} found other distances`);
    }
  }
  const medians = times.map(medianOf);
  ways.forEach(({ name }, i) => {
    const rate = (codes * queries * bits) / medians[i]! / 1e9;
    const ratio =
      i === 1 ? "" : `, ${(medians[i]! / medians[1]!).toPrecision(3)} × one thread's time`;
    console.log(`  ${name}: ${rate.toFixed(0)} Gbit/s${ratio}`);
  });
}

function randomBook(size: number, bits: number): CodeBook {
  const draws = random(bits);
  const book = CodeBook.allocate(size, [{ name: "relu", units: bits, pieces: 2 }]);
  const words = book.words[0]!;
  for (let i = 0; i < words.length; i++) words[i] = draws.integer(0, 0xffffffff);
  return book;
}

/** A Python with faiss, in an environment of the bench's own; undefined if there can be none. */
function faissPython(): string | undefined {
  const folder = join(process.cwd(), ".cache", "bench");
  const python = join(folder, process.platform === "win32" ? "Scripts" : "bin", "python");
  const run = (program: string, args: string[]) => spawnSync(program, args, { encoding: "utf8" });
  if (!existsSync(python)) run(process.env.MADMAX_PYTHON || "python3", ["-m", "venv", folder]);
  const { error, status, stderr } = run(python, [
    "-m",
    "pip",
    "install",
    "--quiet",
    FAISS,
    "numpy",
  ]);
  if (error === undefined && status === 0) return python;
  const reason = error?.message ?? stderr.trim().split("\n").at(-1);
  console.log(`faiss is left out: ${reason}`);
  return undefined;
}

function faiss(
  python: string,
  files: readonly string[],
  bits: number,
): { seconds: number; distances: number[] } {
  const script = join(process.cwd(), "bench", "faissSearch.py");
  const { stdout, stderr, status } = spawnSync(
    python,
    [script, ...files, String(bits), String(K)],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}
