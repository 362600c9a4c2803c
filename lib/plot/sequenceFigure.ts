/** What a time shows in {@link sequenceFigure}. */
export interface SequenceFrame {
  /** t, 1 … T. */
  readonly time: number;
  /** Places of all sequences in the plane at this time [2 × count]. */
  readonly places: ArrayLike<number>;
}

/** The sequence that is followed, and all others around it. */
export interface SequenceFigureOptions {
  readonly title: string;
  /** Times at which the others are placed, ascending. */
  readonly frames: readonly SequenceFrame[];
  /** Class of each sequence. */
  readonly labels: ArrayLike<number>;
  readonly classNames: readonly string[];
  /** Index of the sequence that is followed. */
  readonly followed: number;
  /** Its code, one row of pieces (0 or 1) for each time [T][H]. */
  readonly code: readonly ArrayLike<number>[];
  /** What it reads [T][D]. */
  readonly signal: readonly ArrayLike<number>[];
  /** Its template, for each time the network that stops there: [frames][T][D]. */
  readonly templates: readonly (readonly ArrayLike<number>[])[];
  /** Time shown first; the last one if left out. */
  readonly shown?: number;
}

/**
 * A recurrence in time as a Vega-Lite 5 spec with a slider for t: what the followed sequence has been
 * read of so far, the code that its states took, its template if reading stopped at t, and all sequences
 * in the plane of their prefix codes, coloured by class.
 *
 * Throws RangeError if there are no frames, or not as many templates.
 *
 * @example
 * show(sequenceFigure({
 *   title: "Two sequences", labels: [0, 1], classNames: ["a", "b"], followed: 0,
 *   frames: [1, 2].map((time) => ({ time, places: [0, 0, time, 1] })),
 *   code: [[0, 1], [1, 1]], signal: [[0.5], [1]], templates: [[[1], [0]], [[1], [-1]]],
 * }));
 */
export function sequenceFigure(options: SequenceFigureOptions): object {
  const { title, frames, templates, labels, classNames, followed, code, signal } = options;
  if (frames.length === 0 || templates.length !== frames.length) {
    throw new RangeError(`${frames.length} frames and ${templates.length} templates`);
  }
  const times = frames.map(({ time }) => time);
  const shown = options.shown ?? times.length - 1;
  const atFrame = [{ filter: "datum.frame == frame" }];
  const steps = signal.length;
  // What was read, and its code, are there once; a template changes with every frame.
  const readSoFar = [{ filter: `datum.t <= ${JSON.stringify(times)}[frame]` }];
  const picture = (caption: string, rows: object[], range: string[], name: string | null) => ({
    title: { text: caption, fontSize: 12 },
    width: 170,
    height: 170,
    data: { values: rows },
    transform: range.length === 3 ? atFrame : readSoFar,
    mark: { type: "rect" },
    encoding: {
      x: { field: "d", type: "ordinal", axis: null },
      y: {
        field: "t",
        type: "ordinal",
        title: "time t",
        axis: ROWS(steps),
        scale: { domain: Array.from({ length: steps }, (_, t) => t + 1) },
      },
      color: {
        field: "value",
        type: "quantitative",
        title: name,
        scale:
          range.length === 3
            ? { range, domain: [-most, 0, most], interpolate: "rgb" }
            : { range, domain: [0, 1] },
        legend:
          name === null ? null : { orient: "bottom", gradientLength: 150, gradientThickness: 8 },
      },
    },
  });
  const entriesOf = (rows: readonly ArrayLike<number>[]) =>
    rows.flatMap((row, t) =>
      Array.from(row, (value, d) => ({ t: t + 1, d, value: Number(value.toPrecision(3)) })),
    );
  const looks = frames.flatMap(({ time }, frame) =>
    entriesOf(templates[frame]!.slice(0, time)).map((entry) => ({ frame, ...entry })),
  );
  const most = looks.reduce((size, { value }) => Math.max(size, Math.abs(value)), 1e-9);
  const dots = frames.flatMap(({ places }, frame) =>
    Array.from(labels, (label, n) => ({
      frame,
      x: Number(places[2 * n]!.toFixed(2)),
      y: Number(places[2 * n + 1]!.toFixed(2)),
      class: classNames[label]!,
      ...(n === followed && { followed: true }),
    })),
  );
  const plane = (field: string) => ({
    field,
    type: "quantitative",
    title: null,
    axis: null,
    scale: { zero: false },
  });
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    params: [
      {
        name: "frame",
        value: shown,
        bind: { input: "range", min: 0, max: times.length - 1, step: 1, name: "time → " },
      },
    ],
    resolve: { scale: { color: "independent" } },
    hconcat: [
      {
        resolve: { scale: { color: "independent" } },
        vconcat: [
          picture("read so far", entriesOf(signal), ["#ffffff", "#222222"], "pixel"),
          picture("template, if it stopped here", looks, ["#d55e00", "#ffffff", "#0072b2"], "A"),
        ],
      },
      {
        resolve: { scale: { color: "independent" } },
        vconcat: [
          {
            ...picture(
              "code Q of each unit over time (blue: active)",
              entriesOf(code),
              ["#eeeeee", "#0072b2"],
              null,
            ),
            width: 480,
            height: 130,
          },
          {
            width: 480,
            height: 280,
            layer: [
              {
                data: { values: dots },
                transform: atFrame,
                mark: { type: "text", fontSize: 12 },
                encoding: {
                  x: plane("x"),
                  y: plane("y"),
                  text: { field: "class" },
                  color: {
                    field: "class",
                    type: "nominal",
                    title: "class",
                    scale: { domain: classNames, scheme: "tableau10" },
                    legend: null,
                  },
                  opacity: { condition: { test: "datum.followed", value: 1 }, value: 0.75 },
                },
              },
              {
                data: { values: dots.filter((dot) => dot.followed) },
                transform: atFrame,
                mark: { type: "point", size: 420, stroke: "black", strokeWidth: 2 },
                encoding: { x: plane("x"), y: plane("y") },
              },
              {
                data: { values: times.map((time, frame) => ({ frame, label: `t = ${time}` })) },
                transform: atFrame,
                mark: { type: "text", x: 8, y: 12, align: "left", fontSize: 16 },
                encoding: { text: { field: "label" } },
              },
            ],
          },
        ],
      },
    ],
  };
}

const ROWS = (steps: number): object => ({
  values: Array.from({ length: steps }, (_, t) => t + 1).filter((t) => t === 1 || t % 7 === 0),
});
