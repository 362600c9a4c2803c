export { fitLinearSpline, type LinearSplineFit, linearSplinePath } from "./fitLinearSpline";
export { type FitOptions, fitMaxAffine, type MaxAffineFit } from "./fitMaxAffine";
