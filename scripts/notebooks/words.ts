/** A line as a list of its numbers and of what stands between them. A number that no double holds
 *  stays text. */
export function words(line: string): (string | number)[] {
  return line.split(/(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)/).map((part, i) => {
    if (i % 2 === 0) return part.replace(/\s+/g, " ");
    return Number.isFinite(Number(part)) ? Number(part) : part;
  });
}

/** A text as its lines in {@link words}. */
export function linesOf(text: string): Record<string, unknown> {
  return Object.fromEntries(text.split("\n").map((line, i) => [`line ${i + 1}`, words(line)]));
}
