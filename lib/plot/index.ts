export { type LearningCurvesOptions, learningCurves } from "./learningCurves";
