import type { Dataset } from "../data";
import { imageUrl } from "./imageUrl";

/** Nearest neighbours of several queries, by one distance. */
export interface LayerNeighbours {
  /** The distance, as "ReLU 1". */
  readonly layer: string;
  /** Neighbours of each query, nearest first [queries × k]. */
  readonly indices: ArrayLike<number>;
  /** k, the number of neighbours of a query; fifteen are shown at most. */
  readonly k: number;
}

const SIDE = 4;
const CELL = 62;

/**
 * Pick an image, see its neighbours: a Vega-Lite 5 spec. Queries stand in a row, a click chooses one;
 * a menu chooses the layer. The 4 × 4 grid below shows the query, outlined, and its neighbours, each
 * with its class. Throws RangeError unless there are images and neighbours of every query.
 *
 * @example
 * const images = mnist({ split: "test", count: 16 });
 * const found = [{ layer: "in file order", indices: [1, 2, 3, 2, 3, 4], k: 3 }];
 * show(neighbourExplorer(images, { set: images, indices: [0, 1] }, found));
 */
export function neighbourExplorer(
  searched: Dataset,
  queries: { readonly set: Dataset; readonly indices: readonly number[] },
  layers: readonly LayerNeighbours[],
  { title = "Pick an image, see its neighbours" }: { readonly title?: string } = {},
): object {
  const short = layers.find(({ indices, k }) => indices.length < queries.indices.length * k);
  if (short !== undefined || layers.length === 0) {
    throw new RangeError(
      `${queries.indices.length} queries, but ${short?.indices.length ?? 0} neighbours by ${short?.layer ?? "no layer"}`,
    );
  }
  const nameOf = (set: Dataset, n: number) => set.classNames[set.labels[n]!]!;
  const strip = queries.indices.map((n, q) => ({
    q,
    url: imageUrl(queries.set, n),
    label: nameOf(queries.set, n),
  }));
  const grid = layers.flatMap(({ layer, indices, k }) =>
    queries.indices.flatMap((asked, q) => [
      { layer, q, place: 0, kind: "query", id: `q${q}`, label: nameOf(queries.set, asked) },
      ...Array.from({ length: Math.min(k, SIDE * SIDE - 1) }, (_, i) => {
        const n = indices[q * k + i]!;
        const same = nameOf(searched, n) === nameOf(queries.set, asked);
        const kind = same ? "same class" : "another class";
        return { layer, q, place: i + 1, kind, id: `n${n}`, label: nameOf(searched, n) };
      }),
    ]),
  );
  const used = [...new Set(layers.flatMap(({ indices }) => Array.from(indices)))];
  const pictures = [
    ...queries.indices.map((n, q) => ({ id: `q${q}`, url: imageUrl(queries.set, n) })),
    ...used.map((n) => ({ id: `n${n}`, url: imageUrl(searched, n) })),
  ];
  const at = (field: string) => ({ field, type: "quantitative", axis: null });
  const range = { scale: { domain: [-0.5, SIDE - 0.5] } };
  const names = layers.map(({ layer }) => layer);
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title: { text: title, anchor: "start" },
    params: [
      {
        name: "layer",
        value: names.at(-1),
        bind: { input: "select", options: names, name: "layer " },
      },
    ],
    config: { view: { stroke: null } },
    vconcat: [
      {
        width: Math.max(strip.length * CELL, SIDE * CELL),
        height: CELL + 16,
        data: { values: strip },
        encoding: {
          x: { ...at("q"), scale: { domain: [-0.5, strip.length - 0.5] } },
          y: { datum: 0, type: "quantitative", axis: null, scale: { domain: [-0.5, 0.5] } },
        },
        layer: [
          {
            params: [
              {
                name: "pick",
                select: { type: "point", fields: ["q"], toggle: false },
                value: [{ q: 0 }],
              },
            ],
            mark: { type: "square", size: CELL * CELL, opacity: 1, filled: true },
            encoding: {
              color: {
                condition: { param: "pick", value: "#d55e00", empty: false },
                value: "#eeeeee",
              },
            },
          },
          {
            mark: { type: "image", width: CELL - 12, height: CELL - 12, aria: false },
            encoding: { url: { field: "url", type: "nominal" } },
          },
        ],
      },
      {
        width: SIDE * CELL * 1.25,
        height: SIDE * CELL * 1.25,
        data: { values: grid },
        transform: [
          { filter: "datum.layer == layer" },
          { filter: { param: "pick", empty: false } },
          {
            lookup: "id",
            from: { data: { values: pictures }, key: "id", fields: ["url"] },
          },
          { calculate: `datum.place % ${SIDE}`, as: "column" },
          { calculate: `${SIDE - 1} - floor(datum.place / ${SIDE})`, as: "row" },
        ],
        encoding: { x: { ...at("column"), ...range }, y: { ...at("row"), ...range } },
        layer: [
          {
            mark: { type: "square", size: (CELL * 1.15) ** 2, opacity: 1, filled: true },
            encoding: {
              color: {
                field: "kind",
                type: "nominal",
                title: null,
                scale: {
                  domain: ["query", "same class", "another class"],
                  range: ["#d55e00", "#009e73", "#dddddd"],
                },
              },
              tooltip: [{ field: "label", title: "class" }],
            },
          },
          {
            mark: { type: "image", width: CELL - 4, height: CELL - 4, aria: false },
            encoding: {
              url: { field: "url", type: "nominal" },
              tooltip: [{ field: "label", title: "class" }],
            },
          },
        ],
      },
    ],
  };
}
