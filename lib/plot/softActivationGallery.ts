import type { SoftActivation } from "../soft";

/** How a gallery of soft activations is drawn. */
export interface SoftActivationGalleryOptions {
  /** The positions of the slider, in (0, 1), ascending. */
  readonly betas?: readonly number[];
  /** Index of the β shown first. */
  readonly shown?: number;
  /** Interval of u. */
  readonly domain?: readonly [number, number];
  readonly title?: string;
}

const BETAS = [0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.97];
const POINTS = 61;
const ROWS = ["φ(u)", "φ′(u)", "H (nats)"] as const;

/**
 * Soft activations side by side as a Vega-Lite 5 spec: above the function and, dashed, its hard limit;
 * below its derivative; below that the entropy of the choice. A slider moves β in all of them.
 *
 * Throws RangeError if there is nothing to draw, and on β outside (0, 1).
 *
 * @example
 * show(softActivationGallery({ swish: softActivations.swish(), abs: softActivations.abs() }));
 */
export function softActivationGallery(
  shown: Readonly<Record<string, SoftActivation>>,
  options: SoftActivationGalleryOptions = {},
): object {
  const { betas = BETAS, domain = [-4, 4], title = "Soft activations" } = options;
  const first = options.shown ?? betas.indexOf(0.5);
  const names = Object.keys(shown);
  if (names.length === 0 || betas.length === 0) throw new RangeError("there is nothing to draw");
  const [low, high] = domain;
  const us = Array.from({ length: POINTS }, (_, i) => low + ((high - low) * i) / (POINTS - 1));
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    params: [
      {
        name: "frame",
        value: Math.max(0, first),
        bind: { input: "range", min: 0, max: betas.length - 1, step: 1, name: "β, step by step " },
      },
    ],
    spacing: 14,
    hconcat: names.map((name, column) => columnOf(name, shown[name]!, column, us, betas)),
  };
}

function columnOf(
  name: string,
  activation: SoftActivation,
  column: number,
  us: readonly number[],
  betas: readonly number[],
): object {
  const soft = betas.flatMap((beta, frame) => {
    const at = activation.withBeta(beta);
    return us.map((u) => {
      const values = [at.evaluate(u), at.derivative(u), at.entropy(u)].map(round);
      return { frame, u: round(u), v0: values[0], v1: values[1], v2: values[2] };
    });
  });
  const hard = us.map((u) => ({ u: round(u), v0: round(activation.hard(u)) }));
  const labels = betas.map((beta, frame) => ({ frame, label: `β = ${beta}` }));
  return {
    data: { values: soft }, // here, once for all three
    bounds: "flush",
    spacing: 16,
    vconcat: ROWS.map((title, row) => ({
      width: 118,
      height: row === 0 ? 130 : 70,
      layer: [
        ...(row === 0 ? [hardLayer(hard, column === 0 ? title : null)] : []),
        {
          transform: [{ filter: "datum.frame == frame" }],
          mark: { type: "line", color: COLOURS[row], strokeWidth: 2.5 },
          encoding: encodingOf(`v${row}`, column === 0 ? title : null, row === 2),
        },
        ...(row === 0 ? titleLayers(name, labels) : []),
      ],
    })),
  };
}

const COLOURS = ["#0072b2", "#d55e00", "#009e73"];

const encodingOf = (field: string, title: string | null, last: boolean) => ({
  x: {
    field: "u",
    type: "quantitative",
    title: last ? "u" : null,
    scale: { nice: false },
    axis: { tickCount: 4, labels: last },
  },
  y: { field, type: "quantitative", title, axis: { tickCount: 4, minExtent: 34 } },
});

const hardLayer = (values: object[], title: string | null) => ({
  data: { values },
  mark: { type: "line", color: "#777777", strokeWidth: 2, strokeDash: [4, 3] },
  encoding: encodingOf("v0", title, false),
});

/** Above a column: its name, and β. */
const titleLayers = (name: string, labels: object[]) => [
  textLayer([{ label: name }], { y: -20, fontSize: 13, fontWeight: "bold" }),
  {
    ...textLayer(labels, { y: -5, fontSize: 12 }),
    transform: [{ filter: "datum.frame == frame" }],
  },
];

const textLayer = (values: object[], { y, ...style }: { y: number; [style: string]: unknown }) => ({
  data: { values },
  mark: { type: "text", align: "left", baseline: "bottom", ...style },
  encoding: { x: { value: 0 }, y: { value: y }, text: { field: "label" } },
});

// A small panel shows no more.
const round = (value: number): number => Number(value.toPrecision(4));
