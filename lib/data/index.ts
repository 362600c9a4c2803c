export { type Cifar10Options, cifar10, hasCifar10, readCifar10 } from "./cifar10";
export { DataFormatError } from "./DataFormatError";
export { batch, type Dataset, type Labels, split, subset } from "./Dataset";
export { type IdxArray, readIdx } from "./idx";
export type { ImageSetOptions } from "./imageSet";
export { mnist } from "./mnist";
export { circles, moonsAndCircles, type PlanarOptions, twoMoons } from "./planar";
export { centred, greyscale, withPermutedLabels } from "./preparation";
export {
  addTask,
  type PixelSequenceOptions,
  pixelSequences,
  type Sentences,
  type SequenceOptions,
  toyReviews,
} from "./sequences";
