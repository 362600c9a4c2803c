export { type Cell, Complex, type ComplexArrays, type Edge } from "./Complex";
export type { Domain } from "./domain";
export { type PartitionOptions, partition } from "./partition";
export type { Point } from "./polygon";
export type { CheckedSlice, Slice } from "./Slice";
