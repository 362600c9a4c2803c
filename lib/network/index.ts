export { ActivationCode, type LayerCode } from "./ActivationCode";
export {
  type AffineMapsChunk,
  type AffineMapsOptions,
  type BatchedAffineMaps,
  BatchedNetwork,
  type BatchedNetworkOptions,
  type ChunkOptions,
} from "./batched/BatchedNetwork";
export {
  type CellBoundary,
  type CellBoundaryOptions,
  cellBoundary,
  type NearestFacet,
} from "./cellBoundary";
export { codeChanges } from "./codeChanges";
export { type ChangedUnit, type Crossing, crossings } from "./crossings";
export { ExactnessReport, exactness, type Float32Exactness } from "./exactness";
export type { FromLayersModelOptions } from "./fromLayersModel";
export type { FromWeightsOptions, WeightLayer } from "./fromWeights";
export { Graph, type GraphNode, type Trace } from "./Graph";
export { NotTransferableError } from "./graphMessage";
export { heWeights } from "./heWeights";
export type { MapFromLayer, MapToLayer } from "./layerMaps";
export { layerMaso } from "./layerMaso";
export type { LayerReader } from "./layerReaders";
export type { Layer } from "./layers";
export {
  type NetworkDiagram,
  type NetworkDiagramOptions,
  networkDiagram,
  piecesOf,
  potentialOf,
} from "./networkDiagram";
export type { Port } from "./Port";
export {
  appendDirection,
  appendMerge,
  type MergeMode,
  type Placed,
  Recurrence,
  type RecurrenceWeights,
  RecurrentStep,
  requireRecurrence,
} from "./recurrent";
export { type AffineMap, SplineNetwork } from "./SplineNetwork";
export { UnknownLayerError } from "./UnknownLayerError";
