export { FactorialMixture } from "./FactorialMixture";
export { fitGaussianMixture, type MixtureFit, type MixtureFitOptions } from "./fitGaussianMixture";
export { GaussianMixture } from "./GaussianMixture";
