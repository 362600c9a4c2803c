export { activationDifference } from "./activationDifference";
export { type ActivationPiecesOptions, activationPieces } from "./activationPieces";
export { type Agreement, agreementChart } from "./agreementChart";
export { type BandCurvesOptions, bandCurves, type CurveRun } from "./bandCurves";
export { blockMatrix } from "./blockMatrix";
export { boundsChart, type LipschitzBound } from "./boundsChart";
export { type CellMapOptions, cellMap } from "./cellMap";
export { chordViolation } from "./chordViolation";
export { type CodeGrid, type CodeGridOptions, codeGrid } from "./codeGrid";
export { type CosineMatrix, cosineMatrices } from "./cosineMatrices";
export { type CrossedPair, crossingsChart } from "./crossingsChart";
export { type ChannelCurvature, curvatureScatter } from "./curvatureScatter";
export { type CurvePanel, curvePanels } from "./curvePanels";
export { type DetectionCase, detectionErrorChart } from "./detectionErrorChart";
export { type Distortion, distortionCurve } from "./distortionCurve";
export { type EmbeddingPanel, embeddingChart } from "./embeddingChart";
export { type Estimate, estimateChart } from "./estimateChart";
export { type FacetSurfaceOptions, facetSurface } from "./facetSurface";
export {
  type CellMeasure,
  type FacetWalkOptions,
  facetWalk,
  type LayerCrossing,
} from "./facetWalk";
export { type FitError, fitErrorChart } from "./fitErrorChart";
export { functionFits, type NamedFunction } from "./functionFits";
export { jumpStrips, type SmallestJump } from "./jumpStrips";
export { type LearningCurvesOptions, learningCurves } from "./learningCurves";
export { type LinearSplineFitsOptions, linearSplineFits } from "./linearSplineFits";
export { lossLineCurve } from "./lossLineCurve";
export { type MatchedFilterBarsOptions, matchedFilterBars } from "./matchedFilterBars";
export { type MaxAffineCurveOptions, maxAffineCurve } from "./maxAffineCurve";
export { type MeasuredRun, type MeasurePanelsOptions, measurePanels } from "./measurePanels";
export { type MemoriseTrace, memoriseCurve } from "./memoriseCurve";
export { type LayerNeighbours, neighbourExplorer } from "./neighbourExplorer";
export { type NeighbourGrid, type NeighbourGridsOptions, neighbourGrids } from "./neighbourGrids";
export {
  type Animation,
  type PartitionAnimationOptions,
  type PartitionFrame,
  partitionAnimation,
} from "./partitionAnimation";
export { type PartitionFigureOptions, partitionFigure } from "./partitionFigure";
export { pictureGrid } from "./pictureGrid";
export { type PowerDiagramFigureOptions, powerDiagramFigure } from "./powerDiagramFigure";
export { type Radii, radiiChart } from "./radiiChart";
export { type RegionCount, regionCountChart } from "./regionCountChart";
export { type ResponsibilityMapOptions, responsibilityMap } from "./responsibilityMap";
export { type SameClassChartOptions, type SameClassPoint, sameClassChart } from "./sameClassChart";
export {
  type SequenceFigureOptions,
  type SequenceFrame,
  sequenceFigure,
} from "./sequenceFigure";
export { type SoftActivationGalleryOptions, softActivationGallery } from "./softActivationGallery";
export { type SofteningError, softeningChart } from "./softeningChart";
export { type SoftMaximumCurveOptions, softMaximumCurve } from "./softMaximumCurve";
export { type SoftFrame, type SoftPartitionMapOptions, softPartitionMap } from "./softPartitionMap";
export { type SplineCurveOptions, splineCurve } from "./splineCurve";
export { shade, splineSurface } from "./splineSurface";
export { type Starts, startSpread } from "./startSpread";
export { type Subdivision, subdivisionFigure } from "./subdivisionFigure";
export {
  type TemplateFrame,
  type TemplateHistogramsOptions,
  templateHistograms,
} from "./templateHistograms";
export { type ValueHistogramOptions, valueHistogram } from "./valueHistogram";
export { type WaveformPanel, waveforms } from "./waveforms";
export { type WordStrip, wordStrips } from "./wordStrips";
