export { type CurvatureOptions, curvature } from "./curvature";
export * from "./layers";
export { type Piece, SoftActivation, type SoftPieces } from "./SoftActivation";
export { type ExpectedMap, SoftMaxAffineSplineOperator } from "./SoftMaxAffineSplineOperator";
export { softActivations } from "./softActivations";
export { betaOf, etaOf, softeningGap } from "./softness";
