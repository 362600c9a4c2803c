import { inNotebook, updatingDisplay } from "./display";
import { escapeHtml } from "./text";

/** How progress is shown. */
export interface ProgressOptions {
  /** What is counted, as in "affine maps". */
  readonly title?: string;
}

/** A bar moved by hand: for work that calls back, such as training. */
export interface ProgressBar {
  /** Shows that `done` of the total are done; `values` (a loss) stand beside the bar meanwhile. */
  update(done: number, values?: Readonly<Record<string, number>>): void;
  /** Ends the bar; where less than the total is done, it says so. */
  done(): void;
}

/** Ten frames a second in a notebook; a line now and then in a log. */
const PERIOD_MS = { notebook: 100, log: 5000 };

/**
 * A progress bar that is updated in place, with rate and remaining time; plain lines outside a
 * notebook. The bar that is left in the end tells no times, so that stored notebooks are equal.
 *
 * With a collection, iterates over it. With a number, iterates over 0 … total − 1, or is moved by
 * hand. A loop left early leaves a bar that says where it stopped.
 *
 * @example for (const image of progress(images, { title: "images" })) look(image);
 * @example const bar = progress(1000); bar.update(10, { loss: 0.3 }); bar.done();
 */
export function progress(total: number, options?: ProgressOptions): Iterable<number> & ProgressBar;
export function progress<T>(items: Iterable<T>, options?: ProgressOptions): Iterable<T>;
export function progress<T>(
  items: AsyncIterable<T>,
  options: ProgressOptions & { readonly total: number },
): AsyncIterable<T>;
export function progress(
  items: number | Iterable<unknown> | AsyncIterable<unknown>,
  { title = "", total }: ProgressOptions & { total?: number } = {},
): object {
  if (typeof items === "number") {
    if (!Number.isInteger(items) || items < 0) {
      throw new RangeError(`progress of ${items} steps: expected an integer, 0 or more`);
    }
    const bar = new Bar(items, title);
    return {
      [Symbol.iterator]: () => counted(Array(items).keys(), bar),
      update: (done: number, values?: Record<string, number>) => bar.update(done, values),
      done: () => bar.end(),
    };
  }
  if (Symbol.asyncIterator in items) {
    if (total === undefined) throw new TypeError("progress of an async iterable needs { total }");
    const bar = new Bar(total, title);
    return { [Symbol.asyncIterator]: () => countedAsync(items, bar) };
  }
  const all = Array.isArray(items) ? items : [...items];
  return { [Symbol.iterator]: () => counted(all, new Bar(all.length, title)) };
}

function* counted<T>(items: Iterable<T>, bar: Bar): Generator<T> {
  let done = 0;
  try {
    bar.update(0);
    for (const item of items) {
      yield item;
      bar.update(++done);
    }
  } finally {
    bar.end();
  }
}

async function* countedAsync<T>(items: AsyncIterable<T>, bar: Bar): AsyncGenerator<T> {
  let done = 0;
  try {
    bar.update(0);
    for await (const item of items) {
      yield item;
      bar.update(++done);
    }
  } finally {
    bar.end();
  }
}

class Bar {
  readonly #notebook = inNotebook();
  readonly #show = updatingDisplay();
  readonly #start = performance.now();
  #last = Number.NEGATIVE_INFINITY;
  #done = 0;
  #ended = false;

  constructor(
    private readonly total: number,
    private readonly title: string,
  ) {}

  update(done: number, values: Readonly<Record<string, number>> = {}): void {
    this.#done = done;
    const now = performance.now();
    // A log needs no line for what is over at once.
    if (!this.#notebook && this.#last === Number.NEGATIVE_INFINITY) this.#last = now;
    if (now - this.#last < PERIOD_MS[this.#notebook ? "notebook" : "log"]) return;
    this.#last = now;
    this.#draw(this.#pace((now - this.#start) / 1000, values));
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#draw(this.#done < this.total ? "stopped" : "");
  }

  // Rate and remaining time, as far as anything is known of them.
  #pace(seconds: number, values: Readonly<Record<string, number>>): string {
    const extra = Object.entries(values).map(([name, value]) => `${name} ${value.toPrecision(3)}`);
    if (this.#done === 0 || seconds === 0) return extra.join(", ");
    const rate = this.#done / seconds;
    const left = Math.ceil((this.total - this.#done) / rate);
    return [`${rate.toPrecision(3)}/s`, `${left} s left`, ...extra].join(", ");
  }

  #draw(note: string): void {
    const count = `${this.#done} of ${this.total}`;
    const text = [this.title, count, note].filter((part) => part !== "").join(" · ");
    if (!this.#notebook) {
      process.stderr.write(`${text}\n`);
      return;
    }
    const share = this.total === 0 ? 1 : this.#done / this.total;
    const html =
      `<div style="display: flex; gap: 10px; align-items: center">` +
      `<progress style="width: 220px" max="1" value="${share.toFixed(4)}"></progress>` +
      `<span>${escapeHtml(text)}</span></div>`;
    this.#show({ "text/html": html, "text/plain": text });
  }
}
