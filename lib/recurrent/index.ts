export type { BlockForm } from "./blockForm";
export { FrozenSequences, type SequenceAffineMaps } from "./FrozenSequences";
export {
  type GatedPass,
  GatedRecurrence,
  type GatedWeights,
  type GateFunction,
  type GateFunctions,
} from "./GatedRecurrence";
export {
  type MeasuredMean,
  type MeasuredNoise,
  measureNoise,
  type NoiseOptions,
  type NoiseRegulariser,
  noiseRegulariser,
  type PerLoss,
} from "./initialStateNoise";
export { RecurrencePoint, type StepMaps, type TransitionNorms } from "./RecurrencePoint";
export {
  type BidirectionalWeights,
  type RecurrentHead,
  type RecurrentWeights,
  recurrentNetwork,
} from "./recurrentNetwork";
export { SequenceNetwork } from "./SequenceNetwork";
export { SequencePoint, type SequenceTemplates } from "./SequencePoint";
export type { UnrolledRecurrence } from "./unrolledRecurrences";
