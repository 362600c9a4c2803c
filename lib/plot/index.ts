export { type CodeGrid, type CodeGridOptions, codeGrid } from "./codeGrid";
export { type LearningCurvesOptions, learningCurves } from "./learningCurves";
export { type MatchedFilterBarsOptions, matchedFilterBars } from "./matchedFilterBars";
export { type SplineCurveOptions, splineCurve } from "./splineCurve";
export { shade, splineSurface } from "./splineSurface";
