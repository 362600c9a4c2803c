export { CurvatureUnits, type CurvatureUnitsOptions } from "./CurvatureUnits";
export { type LayerActivation, registerSoftActivation } from "./registerSoftActivation";
export type { SoftLayerOptions } from "./SoftLayer";
export {
  GlobalSoftmaxPooling1D,
  GlobalSoftmaxPooling2D,
  SoftAssignment,
  SoftmaxChannelPooling,
  SoftmaxPooling1D,
  SoftmaxPooling2D,
  type SoftPoolingOptions,
} from "./SoftPooling";
export {
  SigmoidGated,
  SoftAbs,
  SoftLeakyReLU,
  SoftSigmoid,
  SoftTanh,
  SoftUnits,
  type SoftUnitsOptions,
  Swish,
  softUnits,
} from "./SoftUnits";
