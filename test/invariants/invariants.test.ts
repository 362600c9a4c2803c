import assert from "node:assert/strict";
import { test } from "node:test";
import { MEASURES, type Measure, placeAfter, placeOf } from "./measures";
import { type Subject, subjects } from "./networks";
import { REWRITES, type Rewrite } from "./rewrites";

const SUBJECTS = subjects();

for (const [name, measure] of Object.entries(MEASURES)) {
  for (const [change, rewrite] of Object.entries(REWRITES)) {
    test(`${name}: ${change}`, async () => {
      const wrong: string[] = [];
      for (const subject of SUBJECTS) {
        const found = await compare(subject, measure, rewrite);
        if (found !== undefined) wrong.push(`${subject.name}: ${found}`);
      }
      assert.deepEqual(wrong, []);
    });
  }
}

/** What each measure gave of each network as it is: asked once, compared with every rewrite. */
const known = new Map<Measure, Map<Subject, Promise<readonly number[]>>>();

function before(subject: Subject, measure: Measure): Promise<readonly number[]> {
  const values = known.get(measure) ?? new Map<Subject, Promise<readonly number[]>>();
  known.set(measure, values);
  const value = values.get(subject) ?? attempt(() => measure.of(subject.net, placeOf(subject)));
  values.set(subject, value);
  return value;
}

/** What is wrong with a measure after a rewrite; undefined if it is as it has to be, or isn't known. */
async function compare(
  subject: Subject,
  measure: Measure,
  rewrite: Rewrite,
): Promise<string | undefined> {
  if (measure.asks?.(subject) === false) return undefined;
  const rewritten = rewrite(subject.net);
  if (rewritten === undefined) return undefined;
  const { net, change } = rewritten;
  try {
    const sizes = { C: subject.net.outputSize, D: subject.net.inputSize };
    const expected = measure.expected(await before(subject, measure), change, sizes);
    if (expected === undefined) return undefined;
    const found = await measure.of(net, placeAfter(placeOf(subject), change.input));
    if (found.length === 0) return undefined;
    const right = measure.bracket
      ? meet(found, expected)
      : agree(found, expected, change.exact ? 1e-12 : 1e-8);
    return right ? undefined : `${shown(found)}, expected ${shown(expected)}`;
  } catch (error) {
    return `${error}`;
  }
}

async function attempt<T>(of: () => T | Promise<T>): Promise<T> {
  return of();
}

function agree(found: readonly number[], expected: readonly number[], tolerance: number): boolean {
  if (found.length !== expected.length) return false;
  const finite = expected.filter(Number.isFinite);
  const size = finite.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  return found.every((v, i) => v === expected[i] || Math.abs(v - expected[i]!) <= tolerance * size);
}

/** Do two intervals, of which each holds the same number, have a point in common? */
function meet([low, high]: readonly number[], [least, most]: readonly number[]): boolean {
  const room = 1 + 1e-9;
  return low! <= high! * room && low! <= most! * room && least! <= high! * room;
}

const shown = (values: readonly number[]): string =>
  `[${values.slice(0, 12).join(", ")}${values.length > 12 ? ", …" : ""}]`;
