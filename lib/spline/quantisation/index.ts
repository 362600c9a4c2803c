export { type KMeansOptions, type KMeansResult, kMeans } from "./kMeans";
export { type LayerDiagram, type LayerDiagramOptions, layerDiagram } from "./layerDiagram";
export { PowerDiagram } from "./PowerDiagram";
export { type PowerCell, powerCells } from "./powerCells";
