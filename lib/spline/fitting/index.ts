export type { Criterion, PiecesScore } from "./choosePieces";
export type { FitMethod } from "./engines";
export { fitLinearSpline, type LinearSplineFit, linearSplinePath } from "./fitLinearSpline";
export {
  type FitOptions,
  type FitProgress,
  fitMaxAffine,
  type MaxAffineFit,
} from "./fitMaxAffine";
