export { Activation, type ActivationPieces } from "./activation";
export {
  type ActivationName,
  type ActivationSpec,
  activationOf,
  activations,
} from "./activations";
export { Add } from "./add";
export { AffineOperator } from "./affine";
export { Concat } from "./concat";
export { Conv2d } from "./conv2d";
export { Dense } from "./dense";
export { MaxPool2d } from "./maxPool2d";
export { reasonAgainst } from "./notPiecewiseAffine";
export { makePieces, type Operator, type Pieces, type Shape, sizeOf } from "./operator";
export { Relu } from "./relu";
export { Reshape } from "./reshape";
export { Selection } from "./selection";
export type { Padding, Window, WindowOptions } from "./window";
