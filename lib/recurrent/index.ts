export type { BlockForm } from "./blockForm";
export { Recurrence, type RecurrenceWeights } from "./Recurrence";
export { RecurrencePoint, type StepMaps, type TransitionNorms } from "./RecurrencePoint";
export { RecurrentStep } from "./RecurrentStep";
export {
  type BidirectionalWeights,
  type RecurrentHead,
  type RecurrentWeights,
  recurrentNetwork,
} from "./recurrentNetwork";
export { SequenceNetwork } from "./SequenceNetwork";
export { SequencePoint, type SequenceTemplates } from "./SequencePoint";
export type { MergeMode } from "./unroll";
export type { UnrolledRecurrence } from "./unrolledRecurrences";
