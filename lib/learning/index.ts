export { CheckpointError } from "./checkpoints";
export type { EpochRecord, LearningCurve, TrainingStep } from "./LearningCurve";
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
export type { OptimizerSpec } from "./optimizer";
export { applySnapshot, type Snapshot, takeSnapshot } from "./Snapshot";
export { type TrainOptions, trainClassifier } from "./trainClassifier";
export type { Penalty } from "./trainStep";
