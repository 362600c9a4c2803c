import { kMeans, mnist, PowerDiagram, powerCells, random } from "../lib";
import { race } from "./pair";

/** Cells of power diagrams against d3-weighted-voronoi, k-means against ml-kmeans. */
export async function benchQuantisation(): Promise<void> {
  for (const count of [100, 1000, 4000]) benchCells(count);
  await benchKMeans();
}

interface Site {
  readonly x: number;
  readonly y: number;
  readonly weight: number;
}

function benchCells(count: number): void {
  const { weightedVoronoi } = require("d3-weighted-voronoi") as {
    weightedVoronoi(): {
      clip(polygon: number[][]): (sites: readonly Site[]) => { length: number };
    };
  };
  const draws = random(4);
  const sites = Array.from({ length: count }, () => ({
    x: draws.uniform(),
    y: draws.uniform(),
    weight: 1 + draws.uniform(-0.3, 0.3) / count,
  }));
  const reference = weightedVoronoi().clip([
    [0, 0],
    [0, 1],
    [1, 1],
    [1, 0],
  ]);
  const diagram = PowerDiagram.fromFlat(
    sites.flatMap(({ x, y }) => [x, y]),
    sites.map(({ weight }) => weight),
  );
  const unit = [
    [0, 0],
    [1, 1],
  ] as const;
  let [theirs, ours] = [0, 0];
  race({
    name: `power cells of ${count} circles in a square`,
    reference: {
      name: "d3-weighted-voronoi (convex hull)",
      run: () => {
        theirs = reference(sites).length;
      },
    },
    ours: {
      name: "half-planes of the rivals",
      run: () => {
        ours = powerCells(diagram, unit).filter(({ polygon }) => polygon.length > 0).length;
      },
    },
  });
  if (theirs !== ours) throw new Error(`the two disagree: ${theirs} and ${ours} cells`);
}

async function benchKMeans(): Promise<void> {
  const load = (name: string): Promise<unknown> => import(name);
  const { kmeans } = (await load("ml-kmeans")) as {
    kmeans(data: number[][], K: number, options: object): { clusters: number[] };
  };
  const { inputs, size } = mnist({ split: "train", count: 2000 });
  const points = Float64Array.from(inputs);
  const rows = Array.from({ length: size }, (_, n) => [...points.subarray(784 * n, 784 * (n + 1))]);
  const start = points.subarray(0, 784 * 20);
  let theirs: number[] = [];
  let ours: ArrayLike<number> = [];
  race(
    {
      name: "k-means of 2,000 digits, 20 centroids, from the same start",
      reference: {
        name: "ml-kmeans",
        run: () => {
          const options = { initialization: rows.slice(0, 20), tolerance: 0, maxIterations: 300 };
          theirs = kmeans(rows, 20, options).clusters;
        },
      },
      ours: {
        name: "four centroids at a time",
        run: () => {
          ours = kMeans(points, 784, 20, { start }).codes;
        },
      },
    },
    3,
  );
  const different = theirs.filter((code, n) => code !== ours[n]).length;
  if (different > 0) throw new Error(`the two disagree on ${different} digits`);
}
