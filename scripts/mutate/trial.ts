import type { Checkout } from "./checkout";
import { covers, type TestCoverage } from "./coverage";
import { type Mutant, mutated } from "./mutants";
import { runTest } from "./testRun";

/** What became of a mutant. */
export interface Verdict {
  readonly status: "killed" | "timed out" | "survived" | "not covered" | "unchanged";
  /** The test file that found it. */
  readonly by?: string;
  /** Test files that passed. */
  readonly passed: number;
  /** Covering test files for which no time was left. */
  readonly left: number;
  readonly seconds: number;
}

const MARKER = "$mutant";
/** A test file may take this many times as long as usual, and some seconds for a busy machine. */
const PATIENCE = 3;
const GRACE = 10;

/**
 * Runs the test files that execute the mutated place, the fastest first, until one fails. Test
 * files that would usually take more than `budget` seconds together are left out.
 */
export async function tryMutant(
  checkout: Checkout,
  mutant: Mutant,
  tests: readonly TestCoverage[],
  budget: number,
): Promise<Verdict> {
  const begin = performance.now();
  const source = checkout.read(mutant.file);
  const original = checkout.compile(source);
  const changed = checkout.compile(mutated(source, mutant));
  let [passed, left, spent] = [0, 0, 0];
  const verdict = (status: Verdict["status"], by?: string): Verdict => ({
    status,
    ...(by === undefined ? {} : { by }),
    passed,
    left,
    seconds: (performance.now() - begin) / 1000,
  });
  if (changed === original) return verdict("unchanged");
  // The node begins where the compiled text differs once a name stands in its place.
  const marked = checkout.compile(mutated(source, mutant, MARKER));
  const offset = firstDifference(original, marked);
  const covering = tests
    .filter((test) => covers(test, mutant.file, offset))
    .sort((a, b) => a.seconds - b.seconds);
  if (covering.length === 0) return verdict("not covered");
  checkout.place(mutant.file, changed);
  try {
    for (const { test, seconds } of covering) {
      spent += seconds;
      if (spent > budget && passed > 0) {
        left = covering.length - passed;
        break;
      }
      const { outcome } = await runTest(checkout.folder, test, PATIENCE * seconds + GRACE);
      if (outcome !== "passed") return verdict(outcome === "failed" ? "killed" : outcome, test);
      passed++;
    }
    return verdict("survived");
  } finally {
    checkout.place(mutant.file, original);
  }
}

function firstDifference(a: string, b: string): number {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  return i;
}
