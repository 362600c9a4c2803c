import {
  centred,
  cifar10,
  type Dataset,
  greyscale,
  type ImageSetOptions,
  mnist,
  pixelSequences,
} from "../../data";
import { type Architecture, cnn, inception, mlp, resnet, rnn } from "./architectures";

/** How a reference network is made. */
export interface ReferenceRecipe {
  /** What it is, in a sentence. */
  readonly description: string;
  readonly architecture: Architecture;
  readonly data: DataName;
  /** Of initialisers and of the order of images. */
  readonly seed: number;
  /** Training images: the first so many. */
  readonly images: number;
  readonly epochs: number;
  readonly batchSize: number;
  /** Of Adam. */
  readonly learningRate: number;
}

/** The data sets, prepared as their networks expect them. */
const DATA = {
  MNIST: mnist,
  "MNIST, rows": (options: ImageSetOptions) => pixelSequences(mnist(options)),
  "CIFAR-10, centred": (options: ImageSetOptions) => centred(cifar10(options)),
  "CIFAR-10, grey, centred": (options: ImageSetOptions) => centred(greyscale(cifar10(options))),
} as const;

type DataName = keyof typeof DATA;

const ON_MNIST = {
  data: "MNIST",
  images: 20_000,
  epochs: 5,
  batchSize: 100,
  learningRate: 2e-3,
} as const;

const ON_CIFAR10 = {
  data: "CIFAR-10, centred",
  images: 20_000,
  epochs: 15,
  batchSize: 100,
  learningRate: 2e-3,
} as const;

/** Every reference network, by its name. */
export const REFERENCE_RECIPES = {
  "mnist-mlp": {
    ...ON_MNIST,
    description: "fully connected, 784 → 64 → 64 → 10",
    architecture: mlp([64, 64]),
    seed: 21,
  },
  "mnist-cnn": {
    ...ON_MNIST,
    description: "conv 16, pool, conv 32, pool, dense 64, dense 10",
    architecture: cnn({ filters: [16, 32], dense: [64] }),
    seed: 22,
  },
  "mnist-bias-free": {
    ...ON_MNIST,
    description: "conv 16, pool, conv 32, pool, dense 10; no bias, no batch normalisation",
    architecture: cnn({ filters: [16, 32], bias: false }),
    seed: 23,
  },
  "mnist-resnet": {
    ...ON_MNIST,
    description: "three residual blocks with batch normalisation, two projected shortcuts, 8 to 32",
    architecture: resnet(8),
    seed: 24,
  },
  "mnist-inception": {
    ...ON_MNIST,
    description: "two inception modules of four branches, 24 and 48 channels",
    architecture: inception(8),
    seed: 25,
  },
  "mnist-rnn": {
    ...ON_MNIST,
    data: "MNIST, rows",
    description: "recurrence of 64 ReLUs over 28 rows, W_r started as the identity, dense 10",
    architecture: rnn(64),
    epochs: 10,
    learningRate: 1e-3,
    seed: 26,
  },
  "cifar10-cnn": {
    ...ON_CIFAR10,
    description: "conv 16, pool, conv 32, pool, conv 64, pool, dense 10",
    architecture: cnn({ filters: [16, 32, 64] }),
    seed: 31,
  },
  "cifar10-bias-free": {
    ...ON_CIFAR10,
    description: "as cifar10-cnn; no bias, no batch normalisation",
    architecture: cnn({ filters: [16, 32, 64], bias: false }),
    seed: 32,
  },
  "cifar10-grey": {
    ...ON_CIFAR10,
    data: "CIFAR-10, grey, centred",
    description: "as cifar10-cnn, on grey images",
    architecture: cnn({ filters: [16, 32, 64] }),
    epochs: 8,
    seed: 33,
  },
  "cifar10-resnet": {
    ...ON_CIFAR10,
    description: "three residual blocks with batch normalisation, two projected shortcuts, 8 to 32",
    architecture: resnet(8),
    epochs: 6,
    seed: 34,
  },
  "cifar10-inception": {
    ...ON_CIFAR10,
    description: "two inception modules of four branches, 36 and 72 channels",
    architecture: inception(12),
    epochs: 6,
    seed: 35,
  },
} as const satisfies Readonly<Record<string, ReferenceRecipe>>;

/** The name of a reference network, as "cifar10-resnet". */
export type ReferenceName = keyof typeof REFERENCE_RECIPES;

/**
 * Names of all reference networks.
 *
 * @example referenceNames.includes("cifar10-resnet"); // true
 */
export const referenceNames = Object.keys(REFERENCE_RECIPES) as ReferenceName[];

/** The recipe of a reference network. Throws RangeError if there is none of this name. */
export function recipeOf(name: string): ReferenceRecipe {
  if (Object.hasOwn(REFERENCE_RECIPES, name)) return REFERENCE_RECIPES[name as ReferenceName];
  throw new RangeError(
    `there is no reference network "${name}"; choose from ${referenceNames.join(", ")}`,
  );
}

/**
 * Images as a reference network expects them: of MNIST with pixels in [0, 1], of CIFAR-10 each less
 * its mean and divided by its largest magnitude, turned grey before for a network of grey images.
 *
 * Throws RangeError on an unknown name, and what the reader of the data throws.
 *
 * @example
 * const test = referenceData("mnist-cnn", { split: "test", count: 100 }); // shape [28, 28, 1]
 */
export function referenceData(name: ReferenceName, options: ImageSetOptions): Dataset {
  return DATA[recipeOf(name).data](options);
}
