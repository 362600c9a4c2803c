export { type FitOptions, fitMaxAffine, type MaxAffineFit } from "./fitting";
export { MaxAffineSpline } from "./MaxAffineSpline";
export { type MasoAffineMap, MaxAffineSplineOperator } from "./MaxAffineSplineOperator";
export { type Reduced, removeRedundantPieces } from "./redundantPieces";
export {
  binomial,
  haninRolnickYardstick,
  montufarLowerBound,
  montufarUpperBound,
  serraUpperBound,
  zaslavsky,
} from "./regionCounts";
export type { NestedNumbers } from "./tensorInput";
