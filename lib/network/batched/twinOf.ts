import {
  Activation,
  Add,
  AveragePool2d,
  BatchNorm,
  ChannelPool,
  Conv2d,
  Conv2dTranspose,
  Crop,
  Dense,
  GlobalAveragePool,
  GlobalMaxPool,
  Maximum,
  Maxout,
  MaxPool2d,
  type Operator,
  Permute,
  Relu,
  Rescale,
  Reshape,
  Selection,
  sizeOf,
  ZeroPad,
} from "../../spline/operators";
import {
  addTwin,
  batchNormTwin,
  cropTwin,
  denseTwin,
  globalAverageTwin,
  permuteTwin,
  rescaleTwin,
  reshapeTwin,
  selectionTwin,
  zeroPadTwin,
} from "./affineTwins";
import { activationTwin, axisMaxTwin, maxoutTwin, maxPool2dTwin, reluTwin } from "./maxTwins";
import { operatorTwin } from "./operatorTwin";
import type { Twin } from "./twin";
import { averagePoolTwin, conv2dTransposeTwin, conv2dTwin } from "./windowTwins";

/** The float32 twin of an operator; of one that isn't of the dictionary, the operator itself. */
export function twinOf(operator: Operator): Twin {
  if (operator instanceof Dense) return denseTwin(operator);
  if (operator instanceof Conv2d) return conv2dTwin(operator);
  if (operator instanceof Conv2dTranspose) return conv2dTransposeTwin(operator);
  if (operator instanceof BatchNorm) return batchNormTwin(operator);
  if (operator instanceof Rescale) return rescaleTwin(operator);
  if (operator instanceof Reshape) return reshapeTwin(operator);
  if (operator instanceof AveragePool2d) return averagePoolTwin(operator);
  if (operator instanceof GlobalAveragePool) return globalAverageTwin(operator);
  if (operator instanceof Add) return addTwin(operator);
  if (operator instanceof Permute) return permuteTwin(operator);
  if (operator instanceof ZeroPad) return zeroPadTwin(operator);
  if (operator instanceof Crop) return cropTwin(operator);
  if (operator instanceof Selection) return selectionTwin(operator);
  if (operator instanceof Relu) return reluTwin();
  if (operator instanceof Activation) return activationTwin(operator);
  if (operator instanceof MaxPool2d) return maxPool2dTwin(operator);
  if (operator instanceof GlobalMaxPool) return axisMaxTwin(operator, [1, operator.units]);
  if (operator instanceof ChannelPool) return axisMaxTwin(operator, [operator.units, 1]);
  if (operator instanceof Maximum) return axisMaxTwin(operator, [1, sizeOf(operator.outputShape)]);
  if (operator instanceof Maxout) return maxoutTwin(operator);
  return operatorTwin(operator);
}
