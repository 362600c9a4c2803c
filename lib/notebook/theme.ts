/** Colours that colour-blind people can tell apart (Okabe & Ito 2008), in the order of use. */
export const PALETTE: readonly string[] = [
  "#0072b2",
  "#e69f00",
  "#009e73",
  "#d55e00",
  "#cc79a7",
  "#56b4e9",
  "#f0e442",
  "#000000",
];

/** Vega-Lite configuration of all figures: readable on a projector. A figure's own goes first. */
export const VEGA_CONFIG: object = {
  background: "white",
  font: "DejaVu Sans, Verdana, sans-serif",
  title: { fontSize: 17, anchor: "start", offset: 12 },
  axis: {
    labelFontSize: 13,
    titleFontSize: 14,
    titleFontWeight: "normal",
    titlePadding: 8,
    gridColor: "#e6e6e6",
    domainColor: "#555555",
    tickColor: "#555555",
  },
  legend: {
    labelLimit: 0,
    labelFontSize: 13,
    titleFontSize: 14,
    titleFontWeight: "normal",
    symbolSize: 120,
  },
  header: { labelFontSize: 13, titleFontSize: 14 },
  view: { stroke: "#cccccc" },
  line: { strokeWidth: 2.5 },
  range: { category: PALETTE },
};

/** Plotly layout of all figures, likewise. */
export const PLOTLY_LAYOUT: object = {
  font: { family: "DejaVu Sans, Verdana, sans-serif", size: 13, color: "#222222" },
  colorway: PALETTE,
  paper_bgcolor: "white",
};
