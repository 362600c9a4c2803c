/** What one channel of a network became. */
export interface ChannelCurvature {
  readonly layer: string;
  readonly beta: number;
  readonly mix: number;
}

/**
 * β and c of channels as a Vega-Lite 5 spec, a mark for each, coloured and shaped by layer.
 *
 * Throws RangeError on an empty list.
 *
 * @example
 * show(curvatureScatter([{ layer: "conv1", beta: 0.9, mix: 0.5 }]));
 */
export function curvatureScatter(
  channels: readonly ChannelCurvature[],
  title = "β and c of each channel",
): object {
  if (channels.length === 0) throw new RangeError("there is no channel to draw");
  const layer = {
    field: "layer",
    type: "nominal",
    title: null,
    scale: { domain: [...new Set(channels.map((channel) => channel.layer))] },
  };
  const axis = (field: string, title: string) => ({
    field,
    type: "quantitative",
    title,
    scale: { zero: false },
  });
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    width: 420,
    height: 260,
    data: { values: channels },
    mark: { type: "point", size: 60, strokeWidth: 2 },
    encoding: {
      x: axis("beta", "β: softer to the left, ReLU at 1"),
      y: axis("mix", "c: share of swish"),
      color: layer,
      shape: layer,
    },
  };
}
