import { execFileSync } from "node:child_process";
import {
  Graph,
  type GraphNode,
  heWeights,
  mnist,
  partition,
  random,
  SplineNetwork,
  sliceThrough,
} from "../lib";
import { Conv2d, Dense, MaxPool2d, type Operator, Relu, Reshape } from "../lib/spline/operators";
import { clippedCells } from "./clippedCells";
import { race } from "./pair";

const domain: [number, number][] = [
  [-1, -1],
  [1, 1],
];

/** Complexes of dense networks beside plain clipping, growth with the number of cells, a CNN's slice. */
export function benchPartition(): void {
  for (const [widths, rounds] of [
    [[2, 45, 3, 4], 15],
    [[2, 32, 32, 32, 1], 7],
    [[2, 128, 128, 128, 1], 3],
  ] as const) {
    const weights = heWeights(widths, random(4));
    const net = SplineNetwork.fromWeights(weights);
    const complex = partition(net, { domain });
    const counted = clippedCells(weights, 1);
    race(
      {
        name: `partition of ${widths.join("-")} on [−1, 1]²: ${complex} (clipping counts ${counted})`,
        reference: {
          name: "clipping, all functions anew in each cell, counts alone",
          run: () => clippedCells(weights, 1),
        },
        ours: { name: "complex with edges and neighbours", run: () => partition(net, { domain }) },
      },
      rounds,
    );
  }
  console.log("partition: growth, each network in a process of its own, processor time");
  for (const width of [16, 32, 64, 128, 256, 512]) {
    console.log(
      `  ${execFileSync(process.execPath, [__filename, String(width)], { encoding: "utf8" }).trim()}`,
    );
  }
  benchSlice();
}

/** One complex of three hidden layers: mean processor time once it is warm, and the most memory of the process. */
function growth(width: number): string {
  const widths = [2, width, width, width, 1];
  const net = SplineNetwork.fromWeights(heWeights(widths, random(4)));
  const { cellCount } = partition(net, { domain });
  const start = process.cpuUsage();
  let rounds = 0;
  let seconds = 0;
  while (seconds < 1) {
    partition(net, { domain });
    rounds++;
    seconds = process.cpuUsage(start).user / 1e6;
  }
  const mean = seconds / rounds;
  const each = (1e9 * mean) / (cellCount * width);
  const memory = process.resourceUsage().maxRSS / 1024;
  return (
    `${widths.join("-")}: ${cellCount} cells in ${mean.toPrecision(3)} s, ` +
    `${each.toPrecision(3)} ns per cell and unit of width, ${memory.toFixed(0)} MB at most`
  );
}

/** A piece of a plane through three digits, of a convolutional network of random weights. */
function benchSlice(): void {
  const { inputs } = mnist({ split: "train", count: 3 });
  const [a, b, c] = [0, 1, 2].map((i) => inputs.subarray(784 * i, 784 * (i + 1)));
  const slice = sliceThrough(a!, b!, c!);
  const side = 0.012 * slice.points[1][0];
  const net = convolutional();
  const box: [number, number][] = [
    [0, 0],
    [side, side],
  ];
  const times: number[] = [];
  for (let round = 0; round < 3; round++) {
    const start = process.cpuUsage();
    partition(net, { slice, domain: box });
    times.push(process.cpuUsage(start).user / 1e6);
  }
  const seconds = Math.min(...times);
  const complex = partition(net, { slice, domain: box });
  console.log("partition of a slice through three digits, conv16-pool-conv32-pool-dense64-dense10");
  console.log(
    `  ${complex} in ${seconds.toFixed(2)} s of processor time, the best of 3: ${(complex.cellCount / seconds).toFixed(0)} cells a second`,
  );
}

function convolutional(): SplineNetwork {
  const rng = random(5);
  const nodes: GraphNode[] = [];
  const weights = (count: number, fanIn: number) => rng.normals(count, 0, Math.sqrt(2 / fanIn));
  const add = (operator: Operator) => {
    nodes.push({ name: `${operator.kind}${nodes.length}`, operator, inputs: [nodes.length] });
    return operator.outputShape;
  };
  let shape = [28, 28, 1] as readonly number[];
  for (const channels of [16, 32]) {
    const fanIn = 9 * shape[2]!;
    const kernel = weights(fanIn * channels, fanIn);
    const offsets = rng.normals(channels, 0, 0.1);
    shape = add(new Conv2d(shape, kernel, offsets, channels, { size: 3, padding: "same" }));
    add(new Relu(shape));
    shape = add(new MaxPool2d(shape, { size: 2 }));
  }
  add(new Reshape(shape, [1568]));
  add(new Dense(weights(1568 * 64, 1568), rng.normals(64, 0, 0.1), 1568, 64));
  add(new Relu([64]));
  add(new Dense(weights(640, 64), rng.normals(10, 0, 0.1), 64, 10));
  return new SplineNetwork(new Graph([28, 28, 1], nodes));
}

if (require.main === module) console.log(growth(Number(process.argv[2])));
