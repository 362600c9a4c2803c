import type { Random } from "../random";
import type { Dataset } from "./Dataset";

/**
 * Colour images turned grey: the mean of their channels, [h, w, c] to [h, w, 1].
 * Throws RangeError on signals that aren't images.
 */
export function greyscale(data: Dataset): Dataset {
  const [height, width, channels] = data.shape;
  if (data.shape.length !== 3) {
    throw new RangeError(
      `${data.name} has shape [${data.shape}], expected images [h, w, channels]`,
    );
  }
  const inputs = new Float32Array(data.inputs.length / channels!);
  for (let i = 0; i < inputs.length; i++) {
    let sum = 0;
    for (let c = 0; c < channels!; c++) sum += data.inputs[i * channels! + c]!;
    inputs[i] = sum / channels!;
  }
  return { ...data, name: `${data.name}, grey`, shape: [height!, width!, 1], inputs };
}

/**
 * Each signal less its own mean, divided by its largest magnitude then (constant ones become 0):
 * numbers of [−1, 1] that tell nothing of brightness and contrast.
 */
export function centred(data: Dataset): Dataset {
  const width = data.shape.reduce((product, n) => product * n, 1);
  const inputs = new Float32Array(data.inputs.length);
  for (let start = 0; start < inputs.length; start += width) {
    const signal = data.inputs.subarray(start, start + width);
    let [sum, largest] = [0, 0];
    for (const value of signal) sum += value;
    for (const value of signal) largest = Math.max(largest, Math.abs(value - sum / width));
    const scale = largest === 0 ? 0 : 1 / largest;
    for (let d = 0; d < width; d++) inputs[start + d] = (signal[d]! - sum / width) * scale;
  }
  return { ...data, name: `${data.name}, centred`, inputs };
}

/** The same signals, labels dealt out anew: each class keeps its share, and says nothing any more. */
export function withPermutedLabels(data: Dataset, random: Random): Dataset {
  const labels = random.shuffle(data.labels.slice());
  return { ...data, name: `${data.name}, labels permuted`, labels };
}
