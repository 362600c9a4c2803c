import type { LearningCurve } from "../learning";

/** Options of a figure of learning curves. */
export interface LearningCurvesOptions {
  /** Title of the figure. */
  readonly title?: string;
}

/**
 * Learning curves as a Vega-Lite 5 spec: cross-entropy above, share of correct answers below, over
 * epochs; each training step as a faint line, epoch means and validation as points and lines.
 */
export function learningCurves(
  { steps, epochs }: LearningCurve,
  { title = "Learning curves" }: LearningCurvesOptions = {},
): object {
  const measures = [
    { name: "cross-entropy (nats)", key: "loss", validation: "validationLoss", scale: "log" },
    { name: "accuracy", key: "accuracy", validation: "validationAccuracy", scale: "linear" },
  ] as const;
  const series = ["training, mean of epoch", "validation"];
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    vconcat: measures.map(({ name, key, validation, scale }) => ({
      width: 520,
      height: 150,
      layer: [
        {
          data: { values: steps.map((s) => ({ epoch: s.epoch, value: s[key] })) },
          mark: { type: "line", color: "#999999", strokeWidth: 1, opacity: 0.6 },
          encoding: positions(name, scale),
        },
        {
          data: {
            values: epochs.flatMap((e) => [
              { epoch: e.epoch, value: e[key], series: series[0] },
              ...(e[validation] === undefined
                ? []
                : [{ epoch: e.epoch, value: e[validation], series: series[1] }]),
            ]),
          },
          mark: { type: "line", point: { size: 70, filled: true }, strokeWidth: 2.5 },
          encoding: {
            ...positions(name, scale),
            color: { field: "series", type: "nominal", title: null, scale: { domain: series } },
            shape: { field: "series", type: "nominal", title: null, scale: { domain: series } },
          },
        },
      ],
    })),
  };
}

function positions(name: string, scale: "log" | "linear") {
  return {
    x: { field: "epoch", type: "quantitative", title: "epoch" },
    y: {
      field: "value",
      type: "quantitative",
      title: name,
      scale: { type: scale, ...(scale === "log" ? {} : { zero: false }) },
    },
  };
}
