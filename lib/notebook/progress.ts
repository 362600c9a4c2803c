import { display, inNotebook } from "./display";
import { escapeMarkup } from "./markup";
import { label } from "./numbers";

/** How a bar is labelled. */
export interface ProgressOptions {
  /** What goes on. */
  readonly title?: string;
  /** What is counted, in the plural: "steps" if left out. */
  readonly unit?: string;
}

/** A bar moved by hand. */
export interface Progress {
  /** Says how many are done by now, and numbers worth watching; shown at most ten times a second. */
  update(done: number, watched?: Readonly<Record<string, number>>): void;
  /** Ends the bar; it keeps what was done, and no timings, so that a second run shows the same. */
  done(): void;
}

const PERIOD = { notebook: 100, lines: 2000 } as const; // milliseconds

// Bars are numbered, not named at random, so that runs can be compared.
let bars = 0;

/**
 * Shows how far a loop has come, with rate and remaining time, in one bar that updates in place;
 * outside a notebook, lines on stderr. Goes through a number of steps 0, 1, …, or any iterable, or
 * is moved by hand; a loop that is left early leaves the bar at the step it reached.
 *
 * Throws RangeError for a total that is no count.
 *
 *     for (const n of progress(1000, { title: "points" })) { ... }
 *     for await (const batch of progress(batches)) { ... }
 *     const bar = progress(1000, { title: "training" }); bar.update(1, { loss }); bar.done();
 */
export function progress(total: number, options?: ProgressOptions): Iterable<number> & Progress;
export function progress<T>(items: Iterable<T>, options?: ProgressOptions): Iterable<T>;
export function progress<T>(items: AsyncIterable<T>, options?: ProgressOptions): AsyncIterable<T>;
export function progress(
  source: number | Iterable<unknown> | AsyncIterable<unknown>,
  options: ProgressOptions = {},
): unknown {
  if (typeof source === "number") {
    if (!Number.isInteger(source) || source < 0) {
      throw new RangeError(`progress: the total must be a whole number from 0, got ${source}`);
    }
    const bar = new Bar(source, options);
    return {
      update: bar.update.bind(bar),
      done: bar.done.bind(bar),
      [Symbol.iterator]: () => steps(Array(source).keys(), bar),
    };
  }
  if (source !== null && typeof source === "object" && Symbol.asyncIterator in source) {
    return { [Symbol.asyncIterator]: () => asyncSteps(source, new Bar(undefined, options)) };
  }
  if (source !== null && source !== undefined && Symbol.iterator in Object(source)) {
    const items = source as Iterable<unknown>;
    return { [Symbol.iterator]: () => steps(items, new Bar(sizeOf(items), options)) };
  }
  throw new TypeError(`progress: wanted a number or something to iterate over, got ${source}`);
}

function* steps<T>(items: Iterable<T>, bar: Bar): Generator<T> {
  let count = 0;
  try {
    for (const item of items) {
      yield item;
      bar.update(++count);
    }
  } finally {
    bar.done(); // also when the loop is left early, or throws
  }
}

async function* asyncSteps<T>(items: AsyncIterable<T>, bar: Bar): AsyncGenerator<T> {
  let count = 0;
  try {
    for await (const item of items) {
      yield item;
      bar.update(++count);
    }
  } finally {
    bar.done();
  }
}

function sizeOf(items: Iterable<unknown>): number | undefined {
  const { length, size } = items as { length?: unknown; size?: unknown };
  return [length, size].find((count) => typeof count === "number") as number | undefined;
}

/** What is shown of one bar, and when. */
class Bar {
  readonly #id = `madmax-progress-${++bars}`;
  readonly #inNotebook = inNotebook();
  readonly #started = performance.now();
  #shown = this.#started;
  #done = 0;
  #ended = false;

  constructor(
    private readonly total: number | undefined,
    private readonly options: ProgressOptions,
  ) {
    if (this.#inNotebook) this.#show("", false);
  }

  update(done: number, watched: Readonly<Record<string, number>> = {}): void {
    this.#done = done;
    if (this.#ended) return;
    const now = performance.now();
    if (now - this.#shown < PERIOD[this.#inNotebook ? "notebook" : "lines"]) return;
    this.#shown = now;
    const numbers = Object.entries(watched).map(([name, value]) => `${name} ${label(value)}`);
    this.#show([this.#pace(now), ...numbers].map((part) => ` · ${part}`).join(""), true);
  }

  done(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#show("", true);
  }

  #pace(now: number): string {
    const rate = (1000 * this.#done) / (now - this.#started);
    const pace = rate >= 1 || rate === 0 ? `${label(rate)}/s` : `${label(1 / rate)} s each`;
    if (this.total === undefined || rate === 0) return pace;
    return `${pace} · ${duration(Math.max(0, this.total - this.#done) / rate)} left`;
  }

  #show(more: string, update: boolean): void {
    const { title, unit = "steps" } = this.options;
    const of = this.total === undefined ? "" : ` of ${this.total}`;
    const early = this.#ended && this.total !== undefined && this.#done < this.total;
    const state = `${early ? "stopped at " : ""}${this.#done}${of} ${unit}${more}`;
    const text = title === undefined ? state : `${title}: ${state}`;
    if (!this.#inNotebook) {
      process.stderr.write(`${text}\n`);
      return;
    }
    const share = this.total === undefined ? (this.#ended ? 1 : 0) : this.#done / (this.total || 1);
    const html = barHtml(this.total === 0 ? 1 : Math.min(1, share), early, text);
    display({ data: { "text/html": html, "text/plain": text } }, { id: this.#id, update });
  }
}

function barHtml(share: number, early: boolean, text: string): string {
  const width = `${Number((100 * share).toFixed(1))}%`;
  const colour = early ? "#d55e00" : "#0072b2";
  return (
    `<div><div style="display: inline-block; width: 240px; height: 10px; background: #dddddd">` +
    `<div style="width: ${width}; height: 10px; background: ${colour}"></div></div> ` +
    `${escapeMarkup(text)}</div>`
  );
}

function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  if (seconds < 3600) return `${Math.ceil(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
