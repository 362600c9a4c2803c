export { atScale, type Scale } from "./atScale";
export { type Bound, CLAIM_MIME, type Claim, ClaimError, claim } from "./claim";
export { FigureError } from "./FigureError";
export { type Progress, type ProgressOptions, progress } from "./progress";
export { Markdown, markdown, Tex, tex } from "./prose";
export { type Figure, type ShowOptions, show } from "./show";
export { DIVERGING, PALETTE } from "./theme";
