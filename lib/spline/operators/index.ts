export { AffineOperator } from "./affine";
export { Conv2d } from "./conv2d";
export { Dense } from "./dense";
export { MaxPool2d } from "./maxPool2d";
export { makePieces, type Operator, type Pieces, type Shape, sizeOf } from "./operator";
export { Relu } from "./relu";
export { Reshape } from "./reshape";
export type { Padding, Window, WindowOptions } from "./window";
