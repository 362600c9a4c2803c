import { display, inNotebook } from "./display";
import { escapeHtml } from "./text";

/** MIME type of a claim's machine-readable form, a {@link ClaimRecord}. */
export const CLAIM_MIME = "application/vnd.madmax.claim+json";

/** What a measured value is held against: a plain number means "at most". */
export type Bound =
  | number
  | { atMost: number }
  | { atLeast: number }
  | { equals: number | string | boolean }
  | { within: readonly [number, number] };

/** A checked sentence, as it is stored in a notebook. */
export interface ClaimRecord {
  text: string;
  measured: number | string | boolean;
  relation: "at most" | "at least" | "equal to" | "within";
  /** Infinite numbers as text. */
  bound: number | string | boolean | readonly [number | string, number | string];
  /** How far the measured value is on the right side of the bound; negative if it failed; for
   *  relations with no such number (`equal to`) absent. */
  margin?: number | string;
  passed: boolean;
}

/** Thrown by a claim that doesn't hold, after it has been shown. */
export class ClaimError extends Error {
  override readonly name = "ClaimError";
  constructor(readonly record: ClaimRecord) {
    super(`${record.text}: ${sentence(record)}`);
  }
}

/**
 * Checks one sentence and shows it as a green or a red line with the number, the bound and the
 * margin. A claim that doesn't hold throws, and so fails its cell. NaN holds nothing.
 *
 * A boolean needs no bound: it must be true.
 *
 * @throws ClaimError if it doesn't hold
 * @example claim("A[x]x + b[x] = f(x)", error, 1e-12);
 * @example claim("test accuracy", accuracy, { atLeast: 0.97 });
 */
export function claim(text: string, measured: boolean): void;
export function claim(text: string, measured: number | string | boolean, bound: Bound): void;
export function claim(
  text: string,
  measured: number | string | boolean,
  bound: Bound = { equals: true },
): void {
  const record = judge(text, measured, bound);
  const line = `${record.passed ? "✓" : "✗"} ${text}: ${sentence(record)}`;
  if (inNotebook())
    display({ [CLAIM_MIME]: record, "text/html": html(record), "text/plain": line });
  else console.log(line);
  if (!record.passed) throw new ClaimError(record);
}

function judge(text: string, measured: number | string | boolean, bound: Bound): ClaimRecord {
  if (typeof bound === "number") return judge(text, measured, { atMost: bound });
  if ("equals" in bound) {
    const passed = Object.is(measured, bound.equals) || measured === bound.equals;
    return {
      text,
      measured: shortened(measured),
      relation: "equal to",
      bound: storable(bound.equals),
      passed,
    };
  }
  if (typeof measured !== "number") {
    throw new TypeError(`claim "${text}": measured ${typeof measured}, the bound is about numbers`);
  }
  const judged = (
    relation: ClaimRecord["relation"],
    limit: number | readonly [number, number],
    margin: number,
  ) => ({
    text,
    measured: shortened(measured),
    relation,
    bound:
      typeof limit === "number"
        ? storable(limit)
        : ([storable(limit[0]), storable(limit[1])] as const),
    margin: shortened(margin) as number | string,
    passed: margin >= 0, // false for NaN
  });
  if ("atMost" in bound) return judged("at most", bound.atMost, bound.atMost - measured);
  if ("atLeast" in bound) return judged("at least", bound.atLeast, measured - bound.atLeast);
  const [low, high] = bound.within;
  return judged("within", bound.within, Math.min(measured - low, high - measured));
}

// Three digits are what a reader takes in; more would make stored notebooks differ by noise.
function shortened(value: number | string | boolean): number | string | boolean {
  if (typeof value !== "number" || Number.isInteger(value)) return value;
  return Number.isFinite(value) ? Number(value.toPrecision(3)) : String(value);
}

// JSON knows neither NaN nor infinite numbers.
function storable<T>(value: T): T | string {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

function sentence({ measured, relation, bound, margin }: ClaimRecord): string {
  const limit = Array.isArray(bound) ? `[${bound.map(written).join(", ")}]` : written(bound);
  const distance = margin === undefined ? "" : ` (margin ${written(margin)})`;
  return `${written(measured)}, ${relation} ${limit}${distance}`;
}

const written = (value: unknown): string =>
  typeof value === "number" && value !== 0 && Math.abs(value) < 1e-3
    ? value.toExponential()
    : String(value);

// The sign carries the verdict as well as the colour: not everybody sees red and green apart.
function html(record: ClaimRecord): string {
  const [sign, colour] = record.passed ? ["✓", "#00664b"] : ["✗", "#a40000"];
  return (
    `<div style="border-left: 4px solid ${colour}; padding: 2px 10px">` +
    `<b style="color: ${colour}">${sign} ${record.passed ? "holds" : "fails"}</b> ` +
    `${escapeHtml(record.text)}: ${escapeHtml(sentence(record))}</div>`
  );
}
