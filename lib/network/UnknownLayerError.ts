/** A layer that is not, or not yet, an operator of the dictionary; says where it is, and why. */
export class UnknownLayerError extends Error {
  override readonly name = "UnknownLayerError";

  constructor(
    /** Its name; inside nested models with theirs before it, "encoder/attention". */
    readonly layerName: string,
    readonly className: string,
    /** Its index in the `layers` of the model that holds it. */
    readonly position: number,
    readonly reason: string,
  ) {
    super(`layer ${position} "${layerName}" (${className}): ${reason}`);
  }
}
