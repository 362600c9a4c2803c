export { CheckpointError } from "./checkpoints";
export { differentiableTemplates } from "./differentiableTemplates";
export {
  GramSchmidtDense,
  type GramSchmidtDenseOptions,
  readGramSchmidtDense,
} from "./GramSchmidtDense";
export { InitialStateNoise, type InitialStateNoiseOptions } from "./InitialStateNoise";
export { type IdentityRecurrenceOptions, identityRecurrence } from "./identityRecurrence";
export { initialStatePenalty } from "./initialStatePenalty";
export type { EpochRecord, LearningCurve, TrainingStep } from "./LearningCurve";
export { layerNorms, type TemplateNormOptions, templateNorms } from "./lipschitzPenalties";
export { evaluateClassifier, type LossName, type Measured } from "./loss";
export {
  type Json,
  type LoadedModel,
  loadModel,
  type ModelCard,
  ModelFileError,
  type ModelFileFault,
  type StoredModelCard,
  saveModel,
} from "./modelFiles";
export {
  NOISE_STUDY,
  type NoiseJob,
  type NoiseRun,
  type NoiseRunOptions,
  type NoiseTask,
  noiseJobs,
  trainNoiseJob,
} from "./noiseStudy";
export type { OptimizerSpec } from "./optimizer";
export {
  type OrthogonalityOptions,
  orthogonalRows,
  orthogonalTemplates,
} from "./orthogonalityPenalties";
export { type PartitionSnapshot, partitionsOverEpochs } from "./partitionsOverEpochs";
export {
  type ReferenceEffort,
  type ReferenceName,
  type ReferenceRecipe,
  recipeOf,
  referenceData,
  referenceNames,
  type TrainReferenceOptions,
  trainReference,
} from "./reference";
export { applySnapshot, type Snapshot, takeSnapshot } from "./Snapshot";
export { meanAndSd, type PairedDifference, pairedDifference } from "./seedStatistics";
export { type TrainOptions, trainClassifier } from "./trainClassifier";
export type { Penalty } from "./trainStep";
