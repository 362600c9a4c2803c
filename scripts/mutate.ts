// npm run mutate [-- FOLDER …] [--mutants N] [--seed N] [--budget SECONDS] [--tests FOLDER,…]
// [--fresh] [--report]: changes the library in one small place at a time and says which changes
// no unit test notices; --tests leaves it to the tests of some folders. All is done on a copy in
// .cache/mutation, where a stopped run goes on; --fresh begins anew, with the library and tests
// as they are now; --report prints what is known so far.
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Checkout } from "./mutate/checkout";
import { coverageOf, type TestCoverage } from "./mutate/coverage";
import { mutantsOf } from "./mutate/mutants";
import { lineOf, type Result, reportOf, textOf } from "./mutate/report";
import { sample } from "./mutate/sample";
import { Stopped, stopTests } from "./mutate/testRun";
import { tryMutant } from "./mutate/trial";

const FOLDERS = ["spline", "network", "partition", "stability", "distance"];
/** Test folders that start kernels, Jupyter, installations or a browser, or interrupt themselves. */
const LEFT_OUT = ["kernel", "runner", "browser", "installation", "interrupt"];

const root = join(__dirname, "..", "..");
const cache = join(root, ".cache", "mutation");
const resultFile = join(cache, "results.jsonl");

interface Options {
  readonly folders: string[];
  readonly mutants: number;
  readonly seed: number;
  readonly budget: number;
  /** Test folders to choose from; all but `LEFT_OUT` if it isn't given. */
  readonly tests: readonly string[] | undefined;
  readonly fresh: boolean;
  readonly report: boolean;
}

function optionsOf(args: string[]): Options {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      mutants: { type: "string", default: "300" },
      seed: { type: "string", default: "1" },
      budget: { type: "string", default: "120" },
      tests: { type: "string" },
      fresh: { type: "boolean", default: false },
      report: { type: "boolean", default: false },
    },
  });
  for (const name of positionals) {
    if (!FOLDERS.includes(name)) {
      throw new Error(`there are no mutants of ${name}: name some of ${FOLDERS.join(", ")}`);
    }
  }
  return {
    ...values,
    folders: positionals.length > 0 ? positionals : FOLDERS,
    mutants: whole("--mutants", values.mutants),
    seed: whole("--seed", values.seed),
    budget: whole("--budget", values.budget),
    tests: values.tests?.split(","),
  };
}

function whole(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`${name} is a whole number, got ${text}`);
  return Number(text);
}

function storedResults(): Result[] {
  if (!existsSync(resultFile)) return [];
  const lines = readFileSync(resultFile, "utf8").split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Result);
}

async function coverageOfAll(
  checkout: Checkout,
  sources: readonly string[],
  wanted: (folder: string) => boolean,
): Promise<TestCoverage[]> {
  const found: TestCoverage[] = [];
  const tests = checkout.tests(wanted);
  if (tests.length === 0) throw new Error("there are no tests in the folders that --tests names");
  for (const [i, test] of tests.entries()) {
    const coverage = await coverageOf(checkout, test, sources, cache);
    if (coverage.passed) found.push(coverage);
    const how = coverage.passed ? "" : ", FAILED without any mutation: left out";
    console.log(
      `coverage ${i + 1}/${tests.length} ${test}: ${coverage.seconds.toFixed(1)} s${how}`,
    );
  }
  return found;
}

async function main(): Promise<void> {
  const options = optionsOf(process.argv.slice(2));
  if (options.report) return report();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, stopTests);
  }
  if (options.fresh) rmSync(cache, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  const checkout = Checkout.open(root, cache);
  const sources = FOLDERS.flatMap((folder) => checkout.sources(folder));
  checkout.restore(sources);
  const tests = await coverageOfAll(
    checkout,
    sources,
    (folder) => options.tests?.includes(folder) ?? !LEFT_OUT.includes(folder),
  );
  const mutants = options.folders.map((folder) =>
    checkout.sources(folder).flatMap((file) => mutantsOf(file, checkout.read(file))),
  );
  for (const [i, folder] of options.folders.entries()) {
    console.log(`${folder}: ${mutants[i]!.length} mutants`);
  }
  const done = new Set(storedResults().map(({ id }) => id));
  const chosen = sample(mutants, options.mutants, options.seed);
  for (const [i, mutant] of chosen.entries()) {
    if (done.has(mutant.id)) continue;
    const result = { ...mutant, ...(await tryMutant(checkout, mutant, tests, options.budget)) };
    appendFileSync(resultFile, `${JSON.stringify(result)}\n`);
    console.log(`${i + 1}/${chosen.length} ${result.seconds.toFixed(1)} s ${lineOf(result)}`);
  }
  report();
}

function report(): void {
  const whole = reportOf(storedResults());
  writeFileSync(join(cache, "report.json"), `${JSON.stringify(whole, undefined, 2)}\n`);
  console.log(textOf(whole));
}

main().catch((error: Error) => {
  if (error instanceof Stopped) report();
  console.error(
    error instanceof Stopped ? "stopped; it goes on when started again" : error.message,
  );
  process.exitCode = error instanceof Stopped ? 130 : 1;
});
