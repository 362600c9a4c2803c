import type { Operator, Shape } from "../spline/operators";
import * as dictionary from "../spline/operators";
import { Graph, type GraphNode } from "./Graph";

/** A graph as plain data, which structured cloning carries to another thread. */
export interface GraphMessage {
  readonly inputShape: Shape;
  readonly nodes: readonly (Pick<GraphNode, "name" | "inputs"> & { operator: OperatorMessage })[];
}

/** An operator's class by name, and its fields, other operators among them. */
interface OperatorMessage {
  readonly operatorClass: string;
  readonly fields: Record<string, unknown>;
}

/**
 * A network has an operator that no other thread can be told of: one that isn't the dictionary's.
 *
 * @example
 * class Ramp extends Relu {}
 * const node = { name: "ramp", operator: new Ramp([2]), inputs: [0] };
 * const own = new SplineNetwork(new Graph([2], [node]));
 * const refused = partitionAsync(own, { domain, threads: 2 });
 * await refused.catch((error) => error.name); // "NotTransferableError"
 */
export class NotTransferableError extends TypeError {
  override readonly name = "NotTransferableError";

  constructor(
    /** The operator's node. */
    readonly node: number,
    found: string,
  ) {
    super(
      `node ${node} (${found}) can't be handed to another thread: expected operators of madmax's ` +
        "own dictionary alone; leave `threads` out, or set it to 1",
    );
  }
}

type OperatorClass = { readonly prototype: object };
const classes = new Map<string, OperatorClass>(
  Object.entries(dictionary).filter(
    (entry): entry is [string, typeof dictionary.Dense] =>
      typeof entry[1] === "function" && "forward" in (entry[1].prototype ?? {}),
  ),
);

/**
 * A graph as plain data; `graphOf` makes the same graph of it, in any thread.
 *
 * @throws NotTransferableError for an operator whose class isn't one of the dictionary's
 */
export function graphMessage({ inputShape, nodes }: Graph): GraphMessage {
  return {
    inputShape,
    nodes: nodes.map(({ name, operator, inputs }, i) => {
      const message = operatorMessage(operator);
      if (message === undefined) {
        throw new NotTransferableError(i, `${name}, ${operator.constructor.name}`);
      }
      return { name, inputs, operator: message };
    }),
  };
}

function operatorMessage(operator: Operator): OperatorMessage | undefined {
  const operatorClass = operator.constructor.name;
  if (classes.get(operatorClass)?.prototype !== Object.getPrototypeOf(operator)) return undefined;
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(operator)) {
    fields[name] = isOperator(value) ? operatorMessage(value) : value;
  }
  return { operatorClass, fields };
}

const isOperator = (value: unknown): value is Operator =>
  typeof value === "object" && value !== null && "pushforward" in value;

/** The graph of a message. */
export function graphOf({ inputShape, nodes }: GraphMessage): Graph {
  return new Graph(
    inputShape,
    nodes.map(({ name, inputs, operator }) => ({ name, inputs, operator: operatorOf(operator) })),
  );
}

function operatorOf({ operatorClass, fields }: OperatorMessage): Operator {
  const operator = Object.create(classes.get(operatorClass)!.prototype) as Operator;
  for (const [name, value] of Object.entries(fields)) {
    const nested = typeof value === "object" && value !== null && "operatorClass" in value;
    Object.assign(operator, { [name]: nested ? operatorOf(value as OperatorMessage) : value });
  }
  return operator;
}
