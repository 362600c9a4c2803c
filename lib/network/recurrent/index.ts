import "./layerActivations";

export { Recurrence, type RecurrenceWeights } from "./Recurrence";
export { RecurrentStep } from "./RecurrentStep";
export { readRecurrence, requireRecurrence } from "./readRecurrence";
export { appendDirection, appendMerge, type MergeMode, type Placed } from "./unroll";
