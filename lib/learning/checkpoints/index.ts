export { CheckpointError } from "./CheckpointError";
export { CheckpointFolder, type FoundCheckpoint } from "./CheckpointFolder";
export {
  describeData,
  describeModel,
  type Recipe,
  recipeDifferences,
  recipeHash,
} from "./recipe";
