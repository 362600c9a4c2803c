import { claimsOf } from "./claims";
import { joined, type Notebook, type Output } from "./notebook";
import { distanceOfPictures } from "./pictures";

/**
 * How far things may move between two machines and still count as the same. Numbers: relative to
 * the larger one; below `floor` everything is rounding error, and so the same. Pictures that carry
 * no numbers: the mean difference of their channels, as a part of the whole range.
 */
export const TOLERANCE = { relative: 0.01, floor: 1e-9, picture: 0.02 } as const;

/** {@link TOLERANCE} in words. */
export const TOLERANCE_IN_WORDS = `numbers may move by ${percent(TOLERANCE.relative)}, pictures by ${percent(TOLERANCE.picture)} on average`;

/** An output that moved moves in many places; these many of them say enough. */
const MOST_LINES = 5;

/** What moved from the stored to the fresh run: claims, numbers of figures, numbers of texts,
 *  pictures that have no numbers. */
export function compare(stored: Notebook, fresh: Notebook): string[] {
  const moved: string[] = [];
  const [before, after] = [claimsOf(stored), claimsOf(fresh)];
  if (before.length !== after.length) {
    moved.push(`${before.length} claims are stored, ${after.length} were made`);
  }
  fresh.cells.forEach((cell, index) => {
    const old = stored.cells[index]?.outputs ?? [];
    const now = cell.outputs ?? [];
    if (old.length !== now.length) {
      moved.push(`cell ${index}: ${old.length} outputs are stored, ${now.length} were made`);
      return;
    }
    now.forEach((output, k) => {
      const lines = movedIn(old[k]!, output);
      const place = `cell ${index}, output ${k}`;
      moved.push(...lines.slice(0, MOST_LINES).map((line) => `${place}${line}`));
      const rest = lines.length - MOST_LINES;
      if (rest > 0) moved.push(`${place}: … and in ${rest} more places`);
    });
  });
  return moved;
}

function movedIn(before: Output, after: Output): string[] {
  const pictures = [before, after].map(onlyPicture);
  if (pictures[0] !== undefined && pictures[1] !== undefined) {
    const distance = distanceOfPictures(pictures[0], pictures[1]);
    if (distance === undefined) return [": the picture has another size"];
    if (distance > TOLERANCE.picture) return [`: the picture moved by ${percent(distance)}`];
  }
  const lines: string[] = [];
  differences(comparable(before), comparable(after), "", lines);
  return lines;
}

/** The picture of an output that has no numbers for it. */
function onlyPicture({ data = {} }: Output): string | undefined {
  const png = data["image/png"] as string | string[] | undefined;
  return png === undefined || Object.keys(data).some(isJson) ? undefined : joined(png);
}

/** The parts of an output that carry numbers. */
function comparable({ data = {}, text, evalue }: Output): unknown {
  const kinds = Object.entries(data).filter(([type]) => isJson(type));
  if (kinds.length > 0) return Object.fromEntries(kinds);
  const said = joined((text ?? data["text/plain"] ?? evalue) as string | string[] | undefined);
  return Object.fromEntries(said.split("\n").map((line, i) => [`line ${i + 1}`, words(line)]));
}

const isJson = (type: string): boolean => /\+json$/.test(type);

/** A line as a list of its numbers and of what stands between them. */
function words(line: string): (string | number)[] {
  return line
    .split(/(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)/)
    .map((part, i) => (i % 2 === 1 ? Number(part) : part.replace(/\s+/g, " ")));
}

function differences(before: unknown, after: unknown, path: string, moved: string[]): void {
  if (typeof before === "number" && typeof after === "number") {
    if (!same(before, after)) moved.push(`${path}: ${before} → ${after}`);
  } else if (typeof before === "object" && typeof after === "object" && before && after) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const [old, now] = [before, after].map((side) => (side as Record<string, unknown>)[key]);
      // A margin is the difference of two numbers that are compared already.
      if (key !== "margin") differences(old, now, `${path}.${key}`, moved);
    }
  } else if (before !== after) {
    moved.push(`${path}: ${JSON.stringify(before)} → ${JSON.stringify(after)}`);
  }
}

function same(a: number, b: number): boolean {
  const size = Math.max(Math.abs(a), Math.abs(b));
  return size < TOLERANCE.floor || Math.abs(a - b) <= TOLERANCE.relative * size;
}

function percent(part: number): string {
  return `${Number((100 * part).toPrecision(2))} %`;
}
