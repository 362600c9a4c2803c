export {
  type ReferenceName,
  type ReferenceRecipe,
  recipeOf,
  referenceData,
  referenceNames,
} from "./recipes";
export { type ReferenceEffort, type TrainReferenceOptions, trainReference } from "./trainReference";
