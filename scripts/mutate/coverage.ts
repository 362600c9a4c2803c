import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Checkout, compiledName } from "./checkout";
import { runTest } from "./testRun";

/** What one test file executes of the library, unmutated. */
export interface TestCoverage {
  /** As `dist/test/…`. */
  readonly test: string;
  readonly passed: boolean;
  readonly seconds: number;
  /** By source file, what runs of its compiled text: half-open intervals, in UTF-16 units. */
  readonly covered: Record<string, [start: number, end: number][]>;
}

/** V8's report of one process: of nested ranges, the innermost says how often a place ran. */
interface V8Report {
  readonly result: {
    readonly url: string;
    readonly functions: {
      readonly ranges: { startOffset: number; endOffset: number; count: number }[];
    }[];
  }[];
}

const LIMIT = 1800;

/** What a test file covers: from `cache` if it was recorded there, otherwise by running it. */
export async function coverageOf(
  checkout: Checkout,
  test: string,
  sources: readonly string[],
  cache: string,
): Promise<TestCoverage> {
  const folder = join(cache, "coverage");
  const record = join(folder, `${test.replace(/^dist\/test\//, "").replaceAll("/", "-")}.json`);
  if (existsSync(record)) return JSON.parse(readFileSync(record, "utf8")) as TestCoverage;
  const raw = join(cache, "coverage.raw");
  rmSync(raw, { recursive: true, force: true });
  const { outcome, seconds } = await runTest(checkout.folder, test, LIMIT, {
    NODE_V8_COVERAGE: raw,
  });
  const coverage: TestCoverage = {
    test,
    passed: outcome === "passed",
    seconds,
    covered: intervals(paint(checkout, sources, raw)),
  };
  rmSync(raw, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(record, JSON.stringify(coverage));
  return coverage;
}

/** Whether a place of a compiled source file is executed by the test. */
export function covers({ covered }: TestCoverage, file: string, offset: number): boolean {
  return covered[file]?.some(([start, end]) => start <= offset && offset < end) ?? false;
}

// A byte for each unit of compiled text: 1 where any of the test's processes or threads came.
function paint(checkout: Checkout, sources: readonly string[], raw: string) {
  const byUrl = new Map(
    sources.map((file) => [
      pathToFileURL(join(checkout.folder, compiledName(file))).href,
      { file, length: checkout.read(compiledName(file)).length },
    ]),
  );
  const painted = new Map<string, Uint8Array>();
  for (const name of existsSync(raw) ? readdirSync(raw) : []) {
    const report = JSON.parse(readFileSync(join(raw, name), "utf8")) as V8Report;
    for (const { url, functions } of report.result) {
      const source = byUrl.get(url);
      if (source === undefined) continue;
      const ranges = functions
        .flatMap((one) => one.ranges)
        .sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
      const ran = new Uint8Array(source.length);
      for (const { startOffset, endOffset, count } of ranges) {
        ran.fill(count > 0 ? 1 : 0, startOffset, endOffset);
      }
      const total = painted.get(source.file);
      if (total === undefined) painted.set(source.file, ran);
      else for (let i = 0; i < ran.length; i++) total[i]! |= ran[i]!;
    }
  }
  return painted;
}

function intervals(painted: Map<string, Uint8Array>): TestCoverage["covered"] {
  const covered: TestCoverage["covered"] = {};
  for (const [file, ran] of painted) {
    const found: [number, number][] = [];
    for (let i = ran.indexOf(1); i >= 0; ) {
      const stop = ran.indexOf(0, i);
      const end = stop < 0 ? ran.length : stop;
      found.push([i, end]);
      i = ran.indexOf(1, end);
    }
    covered[file] = found;
  }
  return covered;
}
