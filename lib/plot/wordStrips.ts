/** A sentence, and what each of its words adds. */
export interface WordStrip {
  readonly words: readonly string[];
  /** One number a word. */
  readonly contributions: ArrayLike<number>;
  /** What stands to the left of the sentence. */
  readonly label: string;
}

/**
 * Sentences as a Vega-Lite 5 spec, one a row: every word on a tile whose colour says what it adds, from
 * orange (negative) over white to blue, with the number below the word.
 *
 * Throws RangeError if there are no sentences, and unless there is a number for each word.
 *
 * @example
 * const sentence = { words: ["not", "bad"], contributions: [1.5, 0.2], label: "positive" };
 * show(wordStrips([sentence], { title: "Two words" }));
 */
export function wordStrips(
  strips: readonly WordStrip[],
  { title, scale = "what a word adds" }: { readonly title: string; readonly scale?: string },
): object {
  if (strips.length === 0) throw new RangeError("there are no sentences to draw");
  const values = strips.flatMap(({ words, contributions, label }, row) => {
    if (words.length !== contributions.length) {
      throw new RangeError(`${words.length} words and ${contributions.length} numbers`);
    }
    return words.map((word, t) => ({
      row: `${row + 1} · ${label}`,
      t: t + 1,
      word,
      value: Number(contributions[t]!.toPrecision(3)),
    }));
  });
  const most = values.reduce((size, { value }) => Math.max(size, Math.abs(value)), 1e-9);
  const position = {
    x: { field: "t", type: "ordinal", title: "time t", axis: { labelAngle: 0, domain: false } },
    y: { field: "row", type: "nominal", title: null, sort: null, axis: { labelLimit: 300 } },
  };
  const text = { color: { value: "#111111" } };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    width: { step: 84 },
    height: { step: 44 },
    data: { values },
    encoding: position,
    layer: [
      {
        mark: { type: "rect", stroke: "white" },
        encoding: {
          color: {
            field: "value",
            type: "quantitative",
            title: scale,
            scale: {
              domain: [-most, 0, most],
              range: ["#e8853d", "#ffffff", "#4f9bd0"],
              interpolate: "rgb",
            },
          },
        },
      },
      {
        mark: { type: "text", dy: -7, fontSize: 13 },
        encoding: { ...text, text: { field: "word" } },
      },
      {
        mark: { type: "text", dy: 10, fontSize: 11 },
        encoding: { ...text, text: { field: "value", format: "+.2f" } },
      },
    ],
  };
}
