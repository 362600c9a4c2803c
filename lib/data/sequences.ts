import type { Random } from "../random";
import type { Dataset } from "./Dataset";

/** How images are read as sequences. */
export interface PixelSequenceOptions {
  /** A row of pixels at each step, or one pixel. "rows" if left out. */
  readonly read?: "rows" | "pixels";
  /** Averages squares of so many pixels a side first: 4 makes 28 × 28 images 7 × 7. 1 if left out. */
  readonly pool?: number;
  /** Puts all pixels into another order first; one seed, one order, for all images of all sets. */
  readonly permutation?: Random;
}

/**
 * Grey images [h, w, 1] as sequences: row by row [h, w], or pixel by pixel [h·w, 1] (Le, Jaitly & Hinton
 * 2015). With a permutation neighbouring pixels are far apart in time, for all images alike.
 *
 * Throws RangeError on other images, and on squares that don't divide them.
 *
 * @example
 * const rows = pixelSequences(mnist({ split: "test", count: 10 }));
 * rows.shape; // [28, 28]
 */
export function pixelSequences(
  data: Dataset,
  { read = "rows", pool = 1, permutation }: PixelSequenceOptions = {},
): Dataset {
  const [height, width, channels] = data.shape as [number, number, number];
  if (data.shape.length !== 3 || channels !== 1) {
    throw new RangeError(`${data.name} has shape [${data.shape}], expected grey images [h, w, 1]`);
  }
  if (!(Number.isInteger(pool) && pool >= 1 && height % pool === 0 && width % pool === 0)) {
    throw new RangeError(`squares of ${pool} × ${pool} don't divide ${height} × ${width} pixels`);
  }
  const [rows, columns] = [height / pool, width / pool];
  const size = rows * columns;
  const order =
    permutation?.split("pixels").permutation(size) ??
    Uint32Array.from({ length: size }, (_, i) => i);
  const inputs = new Float32Array(data.size * size);
  for (let n = 0; n < data.size; n++) {
    for (let i = 0; i < size; i++) {
      const [top, left] = [Math.floor(order[i]! / columns) * pool, (order[i]! % columns) * pool];
      let sum = 0;
      for (let y = top; y < top + pool; y++) {
        for (let x = left; x < left + pool; x++) {
          sum += data.inputs[(n * height + y) * width + x]!;
        }
      }
      inputs[n * size + i] = sum / pool ** 2;
    }
  }
  return {
    ...data,
    name: `${data.name}, ${read}${permutation === undefined ? "" : " permuted"}`,
    shape: read === "rows" ? [rows, columns] : [size, 1],
    inputs,
  };
}

/** Size and randomness of synthetic sequences. */
export interface SequenceOptions {
  readonly count: number;
  /** T. */
  readonly steps: number;
  readonly random: Random;
}

/**
 * The add task (Hochreiter & Schmidhuber 1997, with bits): at each step a random bit and a marker, which
 * is 1 at two times, one in each half; the class is the sum of the two marked bits, 0, 1 or 2.
 *
 * Throws RangeError on fewer than two steps.
 *
 * @example
 * addTask({ count: 5, steps: 10, random: random(1) }).shape; // [10, 2]
 */
export function addTask({ count, steps, random }: SequenceOptions): Dataset {
  if (!(Number.isInteger(steps) && steps >= 2 && Number.isInteger(count) && count >= 1)) {
    throw new RangeError(
      `${count} sequences of ${steps} steps, expected one or more of two steps or more`,
    );
  }
  const inputs = new Float32Array(count * steps * 2);
  const labels = new Uint8Array(count);
  const half = Math.floor(steps / 2);
  for (let n = 0; n < count; n++) {
    const marked = [random.integer(0, half - 1), random.integer(half, steps - 1)];
    for (let t = 0; t < steps; t++) {
      const at = (n * steps + t) * 2;
      inputs[at] = random.integer(0, 1);
      if (!marked.includes(t)) continue;
      inputs[at + 1] = 1;
      labels[n]! += inputs[at]!;
    }
  }
  return {
    name: `add task of ${steps} steps`,
    size: count,
    shape: [steps, 2],
    inputs,
    labels,
    classNames: ["0", "1", "2"],
  };
}

/** Sentences as sequences, with the words that they are made of. */
export interface Sentences extends Dataset {
  /** The word behind each entry of a step. */
  readonly vocabulary: readonly string[];
}

const SUBJECTS = ["film", "story", "acting", "music"];
const POSITIVE = ["good", "fine", "moving", "clever"];
const NEGATIVE = ["bad", "dull", "clumsy", "empty"];
const ADVERBS = ["very", "rather", "often"];
const VOCABULARY = ["the", "is", "not", ".", ...SUBJECTS, ...ADVERBS, ...POSITIVE, ...NEGATIVE];

/**
 * Small reviews such as "the film is not very good .", one word a step in one-hot code, of class
 * "negative" or "positive": "not" turns the adjective behind it round, whatever stands between.
 *
 * A text-like toy whose meaning is known. Throws RangeError on fewer than one sentence.
 *
 * @example
 * const reviews = toyReviews({ count: 4, random: random(1) });
 * reviews.shape; // [7, 19]
 */
export function toyReviews({ count, random }: Omit<SequenceOptions, "steps">): Sentences {
  if (!(Number.isInteger(count) && count >= 1)) {
    throw new RangeError(`${count} sentences, expected one or more`);
  }
  const [steps, size] = [7, VOCABULARY.length];
  const inputs = new Float32Array(count * steps * size);
  const labels = new Uint8Array(count);
  const one = (words: readonly string[]) => words[random.integer(0, words.length - 1)]!;
  for (let n = 0; n < count; n++) {
    const [negated, positive] = [random.uniform() < 0.5, random.uniform() < 0.5];
    const sentence = ["the", one(SUBJECTS), "is"];
    if (negated) sentence.push("not");
    if (random.uniform() < 0.5) sentence.push(one(ADVERBS));
    sentence.push(one(positive ? POSITIVE : NEGATIVE));
    while (sentence.length < steps) sentence.push(".");
    sentence.forEach((word, t) => {
      inputs[(n * steps + t) * size + VOCABULARY.indexOf(word)] = 1;
    });
    labels[n] = positive !== negated ? 1 : 0;
  }
  return {
    name: "toy reviews",
    size: count,
    shape: [steps, size],
    inputs,
    labels,
    classNames: ["negative", "positive"],
    vocabulary: VOCABULARY,
  };
}
