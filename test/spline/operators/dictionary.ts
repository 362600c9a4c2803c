import fc from "fast-check";
import { random } from "../../../lib/random";
import {
  Activation,
  Add,
  AveragePool2d,
  activations,
  BatchNorm,
  ChannelPool,
  Concat,
  Conv2d,
  Conv2dTranspose,
  Crop,
  Dense,
  GlobalAveragePool,
  GlobalMaxPool,
  Maximum,
  Maxout,
  MaxPool2d,
  type Operator,
  Permute,
  Relu,
  Rescale,
  Reshape,
  type Shape,
  sizeOf,
  Upsample,
  ZeroPad,
} from "../../../lib/spline/operators";

/** Operators of every kind with random shapes, strides, paddings, slopes and weights. */
export const DICTIONARY: Record<string, fc.Arbitrary<Operator>> = {
  dense: fc.tuple(size(5), size(5), size(3), flag(), seed()).map(([D, K, P, offset, s]) => {
    const rng = random(s);
    return new Dense(rng.normals(D * K), offset ? rng.normals(K) : null, D, K, P > 1 ? [P] : []);
  }),
  conv2d: convolutions(image(), 1),
  "grouped conv2d": convolutions(image(), 2),
  "depthwise conv2d": convolutions(image(), "depthwise"),
  conv1d: convolutions(sequence(), 1),
  "depthwise conv1d": convolutions(sequence(), "depthwise"),
  conv2dTranspose: image().chain((shape) =>
    fc.tuple(windows(shape, false), size(3), flag(), seed()).map(([window, n, offset, s]) => {
      const rng = random(s);
      const kernel = rng.normals(window.size[0] * window.size[1] * n * shape[2]!);
      return new Conv2dTranspose(shape, kernel, offset ? rng.normals(n) : null, n, window);
    }),
  ),
  batchNorm: fc.tuple(image(), seed()).map(([shape, s]) => {
    const rng = random(s);
    const channels = shape.at(-1)!;
    return new BatchNorm(shape, {
      gamma: rng.normals(channels),
      beta: rng.normals(channels),
      mean: rng.normals(channels),
      variance: rng.normals(channels).map(Math.abs),
    });
  }),
  averagePool2d: pools(image()).map(([shape, options]) => new AveragePool2d(shape, options)),
  averagePool1d: pools(sequence()).map(([shape, options]) => new AveragePool2d(shape, options)),
  globalAveragePool: fc.oneof(image(), sequence()).map((shape) => new GlobalAveragePool(shape)),
  maxPool2d: pools(image()).map(([shape, options]) => new MaxPool2d(shape, options)),
  maxPool1d: pools(sequence()).map(([shape, options]) => new MaxPool2d(shape, options)),
  globalMaxPool: fc.oneof(image(), sequence()).map((shape) => new GlobalMaxPool(shape)),
  channelPool: fc
    .tuple(size(3), size(3), size(3), size(3))
    .map(([h, w, groups, n]) => new ChannelPool([h, w, groups * n], n)),
  maxout: fc.tuple(size(4), size(3), size(4), flag(), seed()).map(([D, K, R, integer, s]) => {
    const rng = random(s);
    const weights = (n: number) =>
      integer ? Float64Array.from({ length: n }, () => rng.integer(-2, 2)) : rng.normals(n);
    return new Maxout([D], weights(K * R * D), weights(K * R), K);
  }),
  maximum: fc
    .tuple(image(), fc.integer({ min: 2, max: 4 }))
    .map(([shape, n]) => new Maximum(shape, n)),
  relu: image().map((shape) => new Relu(shape)),
  leakyRelu: fc
    .tuple(size(6), fc.constantFrom(-1, -0.25, 0, 0.1, 0.3, 1, 2))
    .map(([n, slope]) => activations.leakyRelu([n], slope)),
  prelu: fc
    .tuple(image(), flag(), seed())
    .map(([shape, perUnit, s]) =>
      activations.prelu(shape, random(s).normals(perUnit ? sizeOf(shape) : shape.at(-1)!)),
    ),
  abs: size(6).map((n) => activations.abs([n])),
  relu6: size(6).map((n) => activations.relu6([n])),
  hardTanh: size(6).map((n) => activations.hardTanh([n])),
  hardSigmoid: size(6).map((n) => activations.hardSigmoid([n])),
  softThreshold: fc
    .tuple(size(6), fc.constantFrom(0.1, 0.5, 1, 3))
    .map(([n, threshold]) => activations.softThreshold([n], threshold)),
  "activation of any pieces": fc
    .tuple(size(3), size(3), size(5), seed())
    .map(([positions, channels, R, s]) => anyActivation([positions, channels], R, s)),
  add: fc.tuple(image(), fc.integer({ min: 2, max: 4 })).map(([shape, n]) => new Add(shape, n)),
  concat: fc
    .tuple(
      image(),
      fc.array(size(3), { minLength: 2, maxLength: 4 }),
      fc.integer({ min: -3, max: 2 }),
    )
    .map(([shape, sizes, axis]) => {
      const place = (axis + 3) % 3;
      return new Concat(
        sizes.map((n) => shape.map((d, i) => (i === place ? n : d))),
        axis,
      );
    }),
  rescale: fc
    .tuple(image(), fc.constantFrom(-1, 0, 0.5), fc.constantFrom(-1, 0, 3))
    .map(([shape, scale, shift]) => new Rescale(shape, scale, shift)),
  zeroPad: fc.tuple(image(), margins()).map(([shape, pairs]) => new ZeroPad(shape, pairs)),
  crop: fc.tuple(image(), margins()).map(([shape, pairs]) => {
    const larger = shape.map((d, i) => d + pairs[i]![0] + pairs[i]![1]);
    return new Crop(larger, pairs);
  }),
  upsample: fc
    .tuple(image(), size(3), size(3))
    .map(([shape, rows, columns]) => new Upsample(shape, [rows, columns, 1])),
  permute: fc
    .tuple(image(), fc.shuffledSubarray([0, 1, 2], { minLength: 3 }))
    .map(([shape, order]) => new Permute(shape, order)),
  flatten: image().map((shape) => new Reshape(shape, [sizeOf(shape)])),
  reshape: fc
    .tuple(size(3), size(3), size(3))
    .map(([a, b, c]) => new Reshape([a, b, c], [c, a * b])),
};

function size(max: number): fc.Arbitrary<number> {
  return fc.integer({ min: 1, max });
}

function flag(): fc.Arbitrary<boolean> {
  return fc.boolean();
}

function seed(): fc.Arbitrary<number> {
  return fc.integer({ min: 1, max: 1e6 });
}

function image(): fc.Arbitrary<Shape> {
  return fc.tuple(size(5), size(5), size(3));
}

function sequence(): fc.Arbitrary<Shape> {
  return fc.tuple(size(8), size(3));
}

function margins(): fc.Arbitrary<[number, number][]> {
  const pair = fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 }));
  return fc.tuple(pair, pair, fc.constant<[number, number]>([0, 0]));
}

/** A window that fits a signal: size, stride, dilation and padding. */
function windows(shape: Shape, dilated: boolean) {
  const flat = shape.length === 2;
  const [height, width] = flat ? [1, shape[0]!] : [shape[0]!, shape[1]!];
  const rows = flat ? fc.constant(1) : size(3);
  const ones = fc.constant(1);
  return fc
    .record({
      padding: fc.constantFrom("valid" as const, "same" as const),
      size: fc.tuple(rows, size(3)),
      strides: fc.tuple(rows, size(3)),
      dilation: dilated ? fc.tuple(rows, size(2)) : fc.tuple(ones, ones),
    })
    .filter(({ padding, size: [r, c], dilation: [dy, dx], strides: [sy, sx] }) => {
      // TensorFlow.js can't stride and dilate at once.
      if ((dy > 1 || dx > 1) && (sy > 1 || sx > 1)) return false;
      return padding === "same" || ((r - 1) * dy < height && (c - 1) * dx < width);
    });
}

function pools(shapes: fc.Arbitrary<Shape>) {
  return shapes.chain((shape) => fc.tuple(fc.constant(shape), windows(shape, false)));
}

function convolutions(
  shapes: fc.Arbitrary<Shape>,
  grouping: 1 | 2 | "depthwise",
): fc.Arbitrary<Conv2d> {
  return shapes.chain((base) => {
    const shape = grouping === 2 ? [...base.slice(0, -1), 2 * base.at(-1)!] : base;
    const channels = shape.at(-1)!;
    const groups = grouping === "depthwise" ? channels : grouping;
    return fc.tuple(windows(shape, true), size(3), flag(), seed()).map(([window, n, offset, s]) => {
      const rng = random(s);
      const outputs = n * groups;
      const taps = window.size[0] * window.size[1];
      const kernel = rng.normals((taps * channels * outputs) / groups);
      const b = offset ? rng.normals(outputs) : null;
      return new Conv2d(shape, kernel, b, outputs, { ...window, groups });
    });
  });
}

/** Random knots on eighths, random slopes for each channel, pieces that meet. */
function anyActivation(shape: Shape, R: number, s: number): Activation {
  const rng = random(s);
  const channels = shape.at(-1)!;
  const knots = [...rng.permutation(24).subarray(0, R - 1)].map((n) => (n - 12) / 8);
  knots.sort((a, b) => a - b);
  const slopes = Float64Array.from({ length: channels * R }, () => rng.integer(-8, 8) / 4);
  const intercepts = slopes.map(() => 0);
  for (let i = 0; i < slopes.length; i++) {
    const r = i % R;
    if (r > 0) intercepts[i] = intercepts[i - 1]! + (slopes[i - 1]! - slopes[i]!) * knots[r - 1]!;
  }
  return new Activation(shape, { kind: "any", knots, slopes, intercepts });
}
