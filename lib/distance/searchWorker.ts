// A thread of nearestNeighbours: searches the ranges of codes that it is given.
export { nearestCodes as default } from "./NearestCodes";
