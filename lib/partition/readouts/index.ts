export { cellNorms, type SliceLipschitz, sliceLipschitz } from "./cellNorms";
export { type CellStatistics, cellStatistics } from "./cellStatistics";
export { type CellsOfPoints, cellsOfPoints } from "./cellsOfPoints";
export { type ClassPiece, classPieces } from "./classPieces";
export { type ClassRegion, classRegions } from "./classRegions";
export {
  type BoundaryFold,
  type BoundarySegment,
  DecisionBoundary,
  decisionBoundary,
} from "./DecisionBoundary";
export { dihedralAngles } from "./dihedralAngles";
export { foldingUnits } from "./foldingUnits";
export { type LayerRegions, layerRegions } from "./layerRegions";
export { type SliceMaps, sliceMaps } from "./sliceMaps";
