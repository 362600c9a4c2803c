export type { Curvature } from "./Curvature";
export { type LossLine, layerLine, lossLine, type QuadraticPiece } from "./layerLine";
export {
  type ConvexityCounterexample,
  type SegmentTest,
  type SegmentTestOptions,
  segmentTest,
} from "./segmentTest";
export { type Obstacle, type SignTest, signTest } from "./signTest";
