import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import {
  Graph,
  type GraphNode,
  heWeights,
  mnist,
  partition,
  partitionAsync,
  random,
  SplineNetwork,
  sliceThrough,
  streamCells,
} from "../lib";
import { Conv2d, Dense, MaxPool2d, type Operator, Relu, Reshape } from "../lib/spline/operators";
import { clippedCells } from "./clippedCells";
import { medianOf, race } from "./pair";

const domain: [number, number][] = [
  [-1, -1],
  [1, 1],
];

const drawn = (width: number, layers = 3): SplineNetwork =>
  SplineNetwork.fromWeights(heWeights([2, ...Array(layers).fill(width), 1], random(4)));

/** Complexes of dense networks beside plain clipping, growth, streams, threads, a CNN's slice. */
export async function benchPartition(): Promise<void> {
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
  for (const width of [16, 32, 64, 128, 256, 512]) console.log(`  ${alone("complex", width)}`);
  console.log(`  five layers: ${alone("complex", 256, 5)}`);
  for (const width of [128, 512]) console.log(`  cells that go by: ${alone("stream", width)}`);
  await benchThreads();
  benchSlice();
}

const alone = (...what: (string | number)[]): string =>
  execFileSync(process.execPath, [__filename, ...what.map(String)], { encoding: "utf8" }).trim();

/** One network: mean processor time once it is warm, and the most memory of the process. */
async function growth(form: string, width: number, layers: number): Promise<string> {
  const net = drawn(width, layers);
  let cells = 0;
  const run = async () => {
    cells = 0;
    if (form === "complex") cells = partition(net, { domain }).cellCount;
    else for await (const _ of streamCells(net, { domain })) cells++;
  };
  await run();
  const start = process.cpuUsage();
  let rounds = 0;
  let seconds = 0;
  while (seconds < 1) {
    await run();
    rounds++;
    seconds = process.cpuUsage(start).user / 1e6;
  }
  const mean = seconds / rounds;
  const each = (1e9 * mean) / (cells * width);
  const memory = process.resourceUsage().maxRSS / 1024;
  return (
    `2-${Array(layers).fill(width).join("-")}-1: ${cells} cells in ${mean.toPrecision(3)} s, ` +
    `${each.toPrecision(3)} ns per cell and unit of width, ${memory.toFixed(0)} MB at most`
  );
}

/**
 * The same complex by one thread and by two, in turn: by the clock, on which other work shows, and by
 * the processor time that the asking thread and the busiest other one take one after the other.
 */
async function benchThreads(): Promise<void> {
  const net = drawn(512);
  const clock: [number[], number[]] = [[], []];
  const path: [number[], number[]] = [[], []];
  for (let round = 0; round < 3; round++) {
    for (const threads of [1, 2]) {
      const [start, before] = [performance.now(), threadSeconds()];
      let after = before;
      const look = () => {
        after = { ...after, ...threadSeconds() };
      };
      await partitionAsync(net, { domain, threads, onProgress: look });
      clock[threads - 1]!.push((performance.now() - start) / 1000);
      const used = Object.entries(after).map(([thread, s]) => [thread, s - (before[thread] ?? 0)]);
      const asking = Number(used.find(([thread]) => thread === String(process.pid))?.[1] ?? 0);
      const others = used.filter(([thread]) => thread !== String(process.pid) && threads > 1);
      path[threads - 1]!.push(asking + Math.max(0, ...others.map(([, s]) => Number(s))));
    }
  }
  console.log("partition of 2-512-512-512-1 by one thread and by two: the same complex");
  for (const [name, [one, two]] of [
    ["by the clock", clock.map(medianOf)],
    ["processor time of the asking thread and the busiest other one", path.map(medianOf)],
  ] as [string, [number, number]][]) {
    const ratio = (one / two).toPrecision(3);
    console.log(`  ${name}: ${one.toPrecision(3)} s and ${two.toPrecision(3)} s, ratio ${ratio}`);
  }
}

/** Processor seconds of each thread of this process so far; Linux alone tells. */
function threadSeconds(): Record<string, number> {
  const folder = "/proc/self/task";
  if (!existsSync(folder)) return {};
  const seconds: Record<string, number> = {};
  for (const thread of readdirSync(folder)) {
    const file = `${folder}/${thread}/schedstat`;
    if (existsSync(file)) seconds[thread] = Number.parseInt(readFileSync(file, "utf8"), 10) / 1e9;
  }
  return seconds;
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

if (require.main === module) {
  const [form, width, layers = "3"] = process.argv.slice(2);
  growth(form!, Number(width), Number(layers)).then(console.log);
}
