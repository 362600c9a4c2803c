export type { Domain, Point } from "../spline/planar";
export { type Cell, Complex, type ComplexArrays, type Edge } from "./Complex";
export { cellDiagram, largestEpsilon } from "./cellDiagram";
export { type LinearRegions, linearRegions } from "./linearRegions";
export { type PartitionOptions, partition } from "./partition";
export type { CheckedSlice, Slice } from "./Slice";
