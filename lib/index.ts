// The public surface: what is exported here can be relied on, nothing else.
export { type BackendName, BackendReport, useBackend } from "./backend";
export {
  batch,
  type Cifar10Options,
  cifar10,
  circles,
  DataFormatError,
  type Dataset,
  type ImageSetOptions,
  mnist,
  moonsAndCircles,
  type PlanarOptions,
  split,
  subset,
  twoMoons,
} from "./data";
export {
  type EpochRecord,
  evaluateClassifier,
  type LearningCurve,
  type TrainingStep,
  type TrainOptions,
  trainClassifier,
} from "./learning";
export {
  ActivationCode,
  type AffineMap,
  type BatchedAffineMaps,
  BatchedNetwork,
  type FromWeightsOptions,
  heWeights,
  type Layer,
  SplineNetwork,
  UnknownLayerError,
  type WeightLayer,
} from "./network";
export {
  atScale,
  type Bound,
  ClaimError,
  type ClaimRecord,
  claim,
  type Figure,
  type ImageData,
  type ImageOptions,
  markdown,
  type ProgressBar,
  type ProgressOptions,
  progress,
  type Scale,
  show,
  tex,
} from "./notebook";
export {
  type CodeGrid,
  type CodeGridOptions,
  codeGrid,
  type LearningCurvesOptions,
  learningCurves,
  type MatchedFilterBarsOptions,
  matchedFilterBars,
  type SplineCurveOptions,
  shade,
  splineCurve,
  splineSurface,
} from "./plot";
export { type Random, random } from "./random";
