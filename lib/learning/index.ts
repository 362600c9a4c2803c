export {
  type EpochRecord,
  evaluateClassifier,
  type LearningCurve,
  type TrainingStep,
  type TrainOptions,
  trainClassifier,
} from "./trainClassifier";
