export { type FitOptions, fitMaxAffine, type MaxAffineFit } from "./fitMaxAffine";
