export { type Domain, readDomain } from "./domain";
export { cornerMean, type Point, signedArea } from "./polygon";
