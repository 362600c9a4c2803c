export {
  type CheckedProperty,
  type CheckOptions,
  checkOperator,
  OperatorContractError,
  OperatorReport,
} from "./checkOperator";
export {
  type Criterion,
  type FitMethod,
  type FitOptions,
  type FitProgress,
  fitLinearSpline,
  fitMaxAffine,
  type LinearSplineFit,
  linearSplinePath,
  type MaxAffineFit,
  type PiecesScore,
} from "./fitting";
export { LinearSpline, type PlainLayers } from "./LinearSpline";
export { MaxAffineSpline } from "./MaxAffineSpline";
export { type MasoAffineMap, MaxAffineSplineOperator } from "./MaxAffineSplineOperator";
export {
  type KMeansOptions,
  type KMeansResult,
  kMeans,
  type LayerDiagram,
  type LayerDiagramOptions,
  layerDiagram,
  type PowerCell,
  PowerDiagram,
  powerCells,
} from "./quantisation";
export { type Reduced, type ReducedOperator, removeRedundantPieces } from "./redundantPieces";
export {
  binomial,
  haninRolnickYardstick,
  montufarLowerBound,
  montufarUpperBound,
  serraUpperBound,
  zaslavsky,
} from "./regionCounts";
export type { NestedNumbers } from "./tensorInput";
export { LARGEST_MASO, NotConvexError, toDifferenceOfMasos, toMaso } from "./toMaso";
