export { type LoadedModel, loadModel } from "./loadModel";
export type { Json, ModelCard, StoredModelCard } from "./ModelCard";
export { ModelFileError, type ModelFileFault } from "./ModelFileError";
export { saveModel } from "./saveModel";
