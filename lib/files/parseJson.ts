import type { Refusal } from "./readWhole";

/** Files of JSON are descriptions; more than this is none, and more than a text can be read from. */
export const LARGEST_JSON = 2 ** 28;
/** Deeper than any description; what goes through a value by recursion is safe up to here. */
const DEEPEST = 500;

/**
 * The value that JSON in UTF-8 stands for.
 *
 * @throws what `refuse` makes on anything else, on invalid UTF-8 too, and on lists and objects that
 * are nested more than 500 deep
 */
export function parseJson(bytes: Uint8Array, refuse: Refusal): unknown {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw refuse((error as Error).message, "JSON");
  }
  if (isDeeper(value)) throw refuse(`a value nested more than ${DEEPEST} deep`, "a description");
  return value;
}

// Level by level: a value that is too deep for recursion can't be tested by recursion.
function isDeeper(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) return true;
    const next: unknown[] = [];
    for (const one of level) {
      if (typeof one !== "object" || one === null) continue;
      for (const part of Object.values(one)) next.push(part);
    }
    level = next;
  }
  return false;
}

/** An object that isn't a list. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A value for a message, cut short. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "missing";
  return text.length > 80 ? `${text.slice(0, 80)} …` : text;
}
