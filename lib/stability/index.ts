export { type AdversarialSignal, type AttackOptions, deepFool, fgsm, pgd } from "./attacks";
export { type Certificate, certify } from "./certify";
export { convolutionNorm } from "./convolutionNorm";
export { type AscentOptions, lipschitzLowerBound, type SteepPlace } from "./lipschitzLowerBound";
export { type BoxLipschitz, type BoxSearchOptions, lipschitzOnBox } from "./lipschitzOnBox";
export { type LocalLipschitz, localLipschitz } from "./localLipschitz";
export {
  type CellSearchOptions,
  type MinimalPerturbation,
  minimalPerturbation,
} from "./minimalPerturbation";
export { operatorNorm } from "./operatorNorm";
export { type ProductBounds, productBounds } from "./productBounds";
export {
  type SemidefiniteBound,
  type SemidefiniteOptions,
  semidefiniteBound,
} from "./semidefiniteBound";
export { type Bracket, matrixNorm, type NormOrder, spectralNorm } from "./spectralNorm";
