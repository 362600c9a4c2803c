import { CLAIM_MIME, claimsOf } from "./claims";
import { joined, type Notebook, type Output } from "./notebook";
import { distanceOfPictures } from "./pictures";
import { linesOf } from "./words";

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
/** As many characters say enough of a text that moved. */
const MOST_CHARACTERS = 80;

/** What moved from the stored to the fresh run, in outputs of any kind: their number, type and
 *  forms, numbers of figures and of texts, texts, metadata, pictures that have no numbers. */
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
  if (before.output_type !== after.output_type) {
    return [`: ${before.output_type} → ${after.output_type}`];
  }
  const lines: string[] = [];
  const [old, now] = [before.data ?? {}, after.data ?? {}];
  for (const type of new Set([...Object.keys(old), ...Object.keys(now)])) {
    if (!(type in now)) lines.push(`: its ${type} is gone`);
    else if (!(type in old)) lines.push(`: its ${type} is new`);
  }
  if (PNG in old && PNG in now && !Object.keys(now).some(isJson)) {
    lines.push(...movedPicture(textOf(old[PNG]), textOf(now[PNG])));
  }
  differences(comparable(before, after), comparable(after, before), "", lines);
  return lines;
}

/** How a picture moved that has no numbers. */
function movedPicture(before: string, after: string): string[] {
  const distance = distanceOfPictures(before, after);
  if (distance === undefined) return [": the picture has another size"];
  return distance > TOLERANCE.picture ? [`: the picture moved by ${percent(distance)}`] : [];
}

/** All that can be compared of an output with another one but PNG pictures: texts by their lines,
 *  forms that only one of them has left out. */
function comparable(output: Output, other: Output): unknown {
  const { data = {}, text, name, ename, evalue, traceback, metadata = {} } = output;
  const forms = Object.entries(data)
    .filter(([type]) => type !== PNG && type in (other.data ?? {}))
    .map(([type, content]) => [type, comparableForm(type, content, CLAIM_MIME in data)]);
  return {
    ...Object.fromEntries(forms),
    ...(text !== undefined && linesOf(joined(text))),
    name,
    ename,
    evalue: typeof evalue === "string" ? linesOf(evalue) : evalue,
    traceback: traceback && linesOf(traceback.join("\n")),
    metadata,
  };
}

// A claim's margin is the difference of two numbers that are compared already.
function comparableForm(type: string, content: unknown, claim: boolean): unknown {
  if (type === CLAIM_MIME) return { ...(content as object), margin: undefined };
  if (isJson(type)) return content;
  const text = textOf(content);
  if (!isText(type)) return text;
  return linesOf(claim ? text.replace(/ \(margin [^)]*\)/g, "") : text);
}

const PNG = "image/png";
const isJson = (type: string): boolean => /[+/]json$/.test(type);
const isText = (type: string): boolean => /^text\/|[+/](?:xml|javascript)$/.test(type);
const textOf = (content: unknown): string => joined(content as string | string[] | undefined);

function differences(before: unknown, after: unknown, path: string, moved: string[]): void {
  if (typeof before === "number" && typeof after === "number") {
    if (!same(before, after)) moved.push(`${path}: ${before} → ${after}`);
  } else if (
    isEntries(before) &&
    isEntries(after) &&
    Array.isArray(before) === Array.isArray(after)
  ) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      differences(before[key], after[key], `${path}.${key}`, moved);
    }
  } else if (before !== after) {
    moved.push(`${path}: ${excerpt(before, after)} → ${excerpt(after, before)}`);
  }
}

const isEntries = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** The part of a value in which it begins to differ from another one. */
function excerpt(value: unknown, other: unknown): string {
  if (value === undefined) return "nothing";
  const [text, beside] = [value, other].map((side) => JSON.stringify(side) ?? "");
  if (text!.length <= MOST_CHARACTERS) return text!;
  let start = 0;
  while (start < text!.length && text![start] === beside![start]) start++;
  start = Math.max(0, start - MOST_CHARACTERS / 4);
  const part = text!.slice(start, start + MOST_CHARACTERS);
  return `${start > 0 ? "…" : ""}${part}${start + part.length < text!.length ? "…" : ""}`;
}

function same(a: number, b: number): boolean {
  const size = Math.max(Math.abs(a), Math.abs(b));
  return size < TOLERANCE.floor || Math.abs(a - b) <= TOLERANCE.relative * size;
}

function percent(part: number): string {
  return `${Number((100 * part).toPrecision(2))} %`;
}
