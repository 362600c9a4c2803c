export { Activation, type ActivationPieces } from "./activation";
export {
  type ActivationName,
  type ActivationSpec,
  activationOf,
  activations,
} from "./activations";
export { Add } from "./add";
export { AffineOperator } from "./affine";
export { AveragePool2d, GlobalAveragePool } from "./averagePool2d";
export { BatchNorm, type BatchNormStatistics, foldBatchNorm } from "./batchNorm";
export { Concat } from "./concat";
export { Conv2d, type Conv2dOptions } from "./conv2d";
export { Conv2dTranspose } from "./conv2dTranspose";
export { Dense } from "./dense";
export { Maximum } from "./maximum";
export { Maxout } from "./maxout";
export { MaxPool } from "./maxPool";
export { ChannelPool, GlobalMaxPool, MaxPool2d } from "./maxPool2d";
export { reasonAgainst } from "./notPiecewiseAffine";
export { makePieces, type Operator, type Pieces, type Shape, sizeOf } from "./operator";
export { Relu } from "./relu";
export { Crop, type Margins, Permute, Upsample, ZeroPad } from "./resample";
export { Rescale } from "./rescale";
export { Reshape } from "./reshape";
export { type Readers, readersOf, Selection } from "./selection";
export { SparseColumns } from "./sparseColumns";
export { type Extent, imageShape, type Padding, type Window, type WindowOptions } from "./window";
