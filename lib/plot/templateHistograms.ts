import { extremes } from "../spline/extremes";
import type { TemplateStatistics } from "../templates";

/** The templates of one data set, of one network, after one epoch. */
export interface TemplateFrame {
  /** Row of the figure, as "bias, no batch norm". */
  readonly variant: string;
  /** Column of the figure, as "training". */
  readonly set: string;
  readonly epoch: number;
  readonly statistics: TemplateStatistics;
}

/** Options of a figure of template histograms. */
export interface TemplateHistogramsOptions {
  readonly title?: string;
  /** ⟨A[x]_c, x⟩, or of the centred templates, or the logits. */
  readonly of?: "products" | "centredProducts" | "logits";
  readonly bins?: number;
}

const CLASSES = ["true class", "other classes"];
/** Bluish green and vermilion of Okabe & Ito: apart for all eyes; one filled, the other an outline. */
const COLOURS = ["#009e73", "#d55e00"];

/**
 * Histograms of ⟨A[x_n]_c, x_n⟩ as a Vega-Lite 5 spec: filled for the true class, outlined for the
 * other ones, each with area 1. A row a variant, a column a set; a slider goes through the epochs.
 *
 * All panels of a variant share the bins, which hold 99 % of either kind in its last epoch; what lies
 * beyond is counted in the outermost bins. Throws RangeError if there are no frames.
 *
 * @example
 * const twin = new BatchedNetwork(SplineNetwork.fromLayersModel(model));
 * const statistics = await templateStatistics(twin, test);
 * const frame = { variant: "bias", set: "test", epoch: 0, statistics };
 * show(templateHistograms([frame], { title: "Templates of two moons" }));
 */
export function templateHistograms(
  frames: readonly TemplateFrame[],
  {
    title = "Templates against signals",
    of = "products",
    bins = 36,
  }: TemplateHistogramsOptions = {},
): object {
  if (frames.length === 0) throw new RangeError("there are no frames to draw");
  const epochs = [...new Set(frames.map(({ epoch }) => epoch))].sort((a, b) => a - b);
  const variants = [...new Set(frames.map(({ variant }) => variant))];
  const sets = [...new Set(frames.map(({ set }) => set))];
  const shown = {
    products: "⟨A[x]_c, x⟩",
    centredProducts: "centred ⟨A[x]_c, x⟩",
    logits: "f(x)_c",
  };
  const last = epochs.length - 1;
  const shared = {
    kind: {
      field: "kind",
      type: "nominal",
      title: null,
      legend: { symbolType: "square" },
      scale: { domain: CLASSES, range: COLOURS },
    },
    density: { field: "density", type: "quantitative", title: "density", axis: { tickCount: 3 } },
  };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title: {
      text: { expr: `${JSON.stringify(`${title}, epoch `)} + ${JSON.stringify(epochs)}[frame]` },
    },
    params: [
      {
        name: "frame",
        value: last,
        bind: { input: "range", min: 0, max: last, step: 1, name: "epoch (place in the list) " },
      },
    ],
    vconcat: variants.map((variant, row) => ({
      hconcat: sets.map((set, column) => ({
        title: { text: `${variant}, ${set}`, fontSize: 13, fontWeight: "normal", offset: 4 },
        width: 300,
        height: 90,
        data: {
          values: binned(
            frames.filter((f) => f.variant === variant),
            set,
            of,
            bins,
          ),
        },
        transform: [{ filter: `datum.epoch == ${JSON.stringify(epochs)}[frame]` }],
        layer: [
          {
            transform: [{ filter: `datum.kind == '${CLASSES[0]}'` }],
            mark: { type: "area", interpolate: "step-after", opacity: 0.6 },
            encoding: {
              x: {
                field: "from",
                type: "quantitative",
                title: row === variants.length - 1 ? shown[of] : null,
                scale: { nice: false },
              },
              y: {
                ...shared.density,
                stack: null,
                title: column === 0 ? shared.density.title : null,
              },
              color: shared.kind,
            },
          },
          {
            transform: [{ filter: `datum.kind == '${CLASSES[1]}'` }],
            mark: { type: "line", interpolate: "step-after", strokeWidth: 2 },
            encoding: {
              x: { field: "from", type: "quantitative" },
              y: shared.density,
              color: shared.kind,
            },
          },
          {
            mark: { type: "rule", strokeDash: [3, 3], color: "#555555" },
            encoding: { x: { datum: 0 } },
          },
        ],
      })),
    })),
  };
}

function binned(
  frames: readonly TemplateFrame[],
  set: string,
  of: "products" | "centredProducts" | "logits",
  bins: number,
): object[] {
  const [, latest] = extremes(frames.map(({ epoch }) => epoch));
  const ends = frames
    .filter(({ epoch }) => epoch === latest)
    .flatMap(({ statistics }) => [0, 1].flatMap((kind) => middleOf(statistics, of, kind)));
  const [low, high] = extremes([0, ...ends]);
  const width = (high - low) / bins || 1;
  return frames
    .filter((frame) => frame.set === set)
    .flatMap(({ epoch, statistics }) => {
      const counts = CLASSES.map(() => new Float64Array(bins));
      statistics[of].forEach((value, i) => {
        const kind = kindOf(statistics, i);
        const bin = Math.max(0, Math.min(bins - 1, Math.floor((value - low) / width)));
        counts[kind]![bin]!++;
      });
      return CLASSES.flatMap((kind, k) => {
        const total = counts[k]!.reduce((sum, n) => sum + n, 0);
        return Array.from(counts[k]!, (n, bin) => ({
          epoch,
          kind,
          from: rounded(low + bin * width),
          density: rounded(n / (total * width || 1)),
        }));
      });
    });
}

/** 0 for entry i if it is of the signal's true class, else 1. */
const kindOf = ({ labels, classes }: TemplateStatistics, i: number): number =>
  Number(i % classes !== labels[Math.floor(i / classes)]);

/** The ends of the middle 99 % of one kind of values. */
function middleOf(
  statistics: TemplateStatistics,
  of: "products" | "centredProducts" | "logits",
  kind: number,
): number[] {
  const values = statistics[of].filter((_, i) => kindOf(statistics, i) === kind).sort();
  const last = values.length - 1;
  return last < 0 ? [] : [0.005, 0.995].map((share) => values[Math.round(share * last)]!);
}

const rounded = (value: number): number => Number(value.toPrecision(5));
