export { centredTemplates } from "./centredTemplates";
export {
  type DetectionExperiment,
  type Detector,
  detectionErrors,
  type ErrorRate,
  matchedFilter,
  orthogonalMatchedFilter,
  whitenedFilter,
} from "./detection";
export { type Memorisation, memorisation } from "./memorisation";
export {
  type MemoriseCertificate,
  type Memorised,
  type MemoriseOptions,
  type MemoriseStep,
  memorise,
  memoriseCertificate,
} from "./memorise";
export { type OptimalTemplates, optimalTemplates } from "./optimalTemplates";
export {
  gramSchmidt,
  nearestOrthonormal,
  type OffDiagonalOptions,
  offDiagonal,
  offDiagonalGradient,
  welchBound,
} from "./orthogonality";
export { type Saliency, type SaliencyRule, saliency } from "./saliency";
export { saliencyMap } from "./saliencyMap";
export {
  type TemplateStatistics,
  type TemplateStatisticsOptions,
  templateStatistics,
} from "./templateStatistics";
