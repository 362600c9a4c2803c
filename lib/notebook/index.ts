export { type Bound, ClaimError, type ClaimRecord, claim } from "./claim";
export type { ImageData, ImageOptions } from "./images";
export { noiseRuns } from "./noiseRuns";
export { type ProgressBar, type ProgressOptions, progress } from "./progress";
export { referenceModel } from "./referenceModel";
export { atScale, type Scale } from "./scale";
export { type Figure, show } from "./show";
export { markdown, Typeset, tex } from "./text";
