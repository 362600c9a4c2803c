// A thread of nearestNeighbours: searches the range of codes that it is given, and ends.
import { parentPort, workerData } from "node:worker_threads";
import { nearestCodes, type Search } from "./NearestCodes";

const found = nearestCodes(workerData as Search);
parentPort!.postMessage(found, [
  found.indices.buffer as ArrayBuffer,
  found.distances.buffer as ArrayBuffer,
]);
