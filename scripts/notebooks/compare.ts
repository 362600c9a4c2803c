import { claimsOf } from "./claims";
import { joined, type Notebook, type Output } from "./notebook";

/**
 * How far numbers may move between two machines and still count as the same: relative to the
 * larger one; below `floor` everything is rounding error, and so the same.
 */
export const TOLERANCE = { relative: 0.01, floor: 1e-9 } as const;

/** What moved from the stored to the fresh run: claims, numbers of figures, numbers of texts. */
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
      differences(comparable(old[k]!), comparable(output), `cell ${index}, output ${k}`, moved);
    });
  });
  return moved;
}

/** The parts of an output that carry numbers; pictures are drawn from them. */
function comparable({ data = {}, text }: Output): unknown {
  const kinds = Object.entries(data).filter(([type]) => /\+json$/.test(type));
  if (kinds.length > 0) return Object.fromEntries(kinds);
  return words(joined(text ?? (data["text/plain"] as string | string[] | undefined)));
}

/** A text as a list of its numbers and of what stands between them. */
function words(text: string): (string | number)[] {
  return text
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
