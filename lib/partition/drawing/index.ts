export { cellFacts } from "./cellFacts";
export { cellRaster } from "./cellRaster";
export { classColour, classTint } from "./colours";
export { Drawing } from "./Drawing";
export type { DrawingOptions } from "./DrawingOptions";
export { type CanvasLike, drawOn } from "./drawOn";
export { type FoldLine, foldLines } from "./foldLines";
export { type PathSink, SvgPath } from "./PathSink";
export { toSVG } from "./toSVG";
