import type * as tf from "@tensorflow/tfjs";
import { reasonAgainst, type Shape } from "../spline/operators";
import { checkReading } from "./checkReading";
import { ENDINGS } from "./endings";
import { fragmentNodes } from "./fragmentNodes";
import type { GraphNode } from "./Graph";
import { activationOperators, type LayerReader, READERS, readActivation } from "./layerReaders";

/**
 * What layers are in terms of operators. A layer that is used twice is read once: both uses share
 * their operators, as they share their weights.
 */
export class LayerCatalogue {
  private readonly known = new Map<tf.layers.Layer, Map<string, readonly GraphNode[]>>();

  constructor(private readonly own: Readonly<Record<string, LayerReader>>) {}

  /**
   * The nodes of a layer on signals of these shapes: value 0 is what it reads, node n makes value
   * n + 1. Without its last activation unless `activated`. Throws RangeError with the reason.
   */
  fragment(
    layer: tf.layers.Layer,
    shapes: readonly Shape[],
    activated: boolean,
  ): readonly GraphNode[] {
    const readings = this.known.get(layer) ?? new Map<string, readonly GraphNode[]>();
    this.known.set(layer, readings);
    const key = JSON.stringify([shapes, activated]);
    const nodes = readings.get(key) ?? this.read(layer, shapes, activated);
    readings.set(key, nodes);
    return nodes;
  }

  private read(
    layer: tf.layers.Layer,
    shapes: readonly Shape[],
    activated: boolean,
  ): readonly GraphNode[] {
    const className = layer.getClassName();
    const own = Object.hasOwn(this.own, className) ? this.own[className] : undefined;
    const reader = own ?? (Object.hasOwn(READERS, className) ? READERS[className] : undefined);
    if (reader === undefined) throw this.refusal(className);
    const made = reader(layer, shapes[0]!, shapes);
    const nodes = [...fragmentNodes(made)];
    const activation = readActivation(layer);
    if (activated) {
      const shape = nodes.at(-1)?.operator.outputShape ?? shapes[0]!;
      for (const operator of activationOperators(activation, shape)) {
        nodes.push({ name: "", operator, inputs: [nodes.length] });
      }
    }
    if (own !== undefined) {
      checkReading(layer, shapes, nodes, activated ? undefined : ENDINGS[activation]);
    }
    return nodes;
  }

  private refusal(className: string): RangeError {
    const known = [...new Set([...Object.keys(this.own), ...Object.keys(READERS)])];
    const reason =
      reasonAgainst(className) ??
      `not an operator this version knows; known are ${known.join(", ")}`;
    return new RangeError(
      `${reason}. To go on, cut the model before this layer, or say what it is: ` +
        `fromLayersModel(model, { readers: { ${className}: (layer, inputShape) => [operators] } })`,
    );
  }
}
