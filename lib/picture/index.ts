export { type Picture, pictureOfSvg } from "./pictureOfSvg";
