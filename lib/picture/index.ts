export { indexedPng } from "./indexedPng";
export { type Picture, pictureOfSvg } from "./pictureOfSvg";
export { escaped } from "./svgText";
