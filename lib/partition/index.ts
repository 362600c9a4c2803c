export type { Domain, Point } from "../spline/planar";
export { type Cell, Complex, type ComplexArrays, type Edge } from "./Complex";
export { cellDiagram, largestEpsilon } from "./cellDiagram";
export {
  type CanvasLike,
  cellFacts,
  cellRaster,
  classColour,
  classTint,
  Drawing,
  type DrawingOptions,
  type FoldLine,
  foldLines,
  type PathSink,
  SvgPath,
} from "./drawing";
export { type LinearRegions, linearRegions } from "./linearRegions";
export {
  type LocalComplexity,
  type LocalComplexityOptions,
  localComplexity,
} from "./localComplexity";
export type { PlanOptions } from "./Plan";
export { type PartitionOptions, partition } from "./partition";
export { type AsyncPartitionOptions, partitionAsync } from "./partitionAsync";
export {
  type BoundaryFold,
  type BoundarySegment,
  type CellStatistics,
  type CellsOfPoints,
  type ClassPiece,
  type ClassRegion,
  cellNorms,
  cellStatistics,
  cellsOfPoints,
  classPieces,
  classRegions,
  DecisionBoundary,
  decisionBoundary,
  dihedralAngles,
  foldingUnits,
  type LayerRegions,
  layerRegions,
  type SliceLipschitz,
  type SliceMaps,
  sliceLipschitz,
  sliceMaps,
} from "./readouts";
export { type CheckedSlice, readSlice, type Slice } from "./Slice";
export { type SliceThrough, sliceThrough } from "./sliceThrough";
export { type StreamedCell, type StreamOptions, streamCells } from "./streamCells";
export type { PartitionProgress, Watching } from "./Watch";
