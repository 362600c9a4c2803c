import type { Elementwise, Formula } from "./Elementwise";

/** One operation of TensorFlow, or a number. */
export interface Step {
  readonly name: string;
  readonly op: string;
  /** Names of inputs, and of results of other steps as {@link Program.add} gives them. */
  readonly inputs: readonly string[];
  /** Of a step that is a number. */
  readonly value?: number;
}

/** What a formula does, as a list of TensorFlow's operations. */
export class Program {
  readonly inputs: readonly string[];
  readonly steps: Step[] = [];
  /** Names of the results that the formula returns. */
  readonly outputs: readonly string[];

  constructor(formula: Formula, inputs: number) {
    this.inputs = Array.from({ length: inputs }, (_, k) => `input${k}`);
    const values = this.inputs.map((name) => new Recorded(this, name));
    this.outputs = formula(...values).map(({ name }) => name);
  }

  /** Adds a step; returns the name of its result. */
  add(op: string, inputs: readonly string[], value?: number): string {
    const name = `step${this.steps.length}`;
    this.steps.push({ name, op, inputs, ...(value !== undefined && { value }) });
    return `${name}:${RESULTS[op]}:0`;
  }
}

/** What TensorFlow calls the result of each operation. */
const RESULTS: Record<string, string> = {
  Const: "output",
  AddV2: "z",
  Sub: "z",
  Mul: "z",
  RealDiv: "z",
  Maximum: "z",
  Neg: "y",
  Abs: "y",
  Exp: "y",
  Log1p: "y",
  Relu: "activations",
  Sigmoid: "y",
};

/** A value that has a name and no numbers yet: what is done with it is written down. */
class Recorded implements Elementwise<Recorded> {
  constructor(
    private readonly program: Program,
    readonly name: string,
  ) {}

  add = (other: Recorded | number): Recorded => this.with("AddV2", other);
  sub = (other: Recorded | number): Recorded => this.with("Sub", other);
  mul = (other: Recorded | number): Recorded => this.with("Mul", other);
  div = (other: Recorded | number): Recorded => this.with("RealDiv", other);
  maximum = (other: Recorded | number): Recorded => this.with("Maximum", other);
  neg = (): Recorded => this.after("Neg");
  abs = (): Recorded => this.after("Abs");
  exp = (): Recorded => this.after("Exp");
  log1p = (): Recorded => this.after("Log1p");
  relu = (): Recorded => this.after("Relu");
  sigmoid = (): Recorded => this.after("Sigmoid");

  private with(op: string, other: Recorded | number): Recorded {
    const name = typeof other === "number" ? this.program.add("Const", [], other) : other.name;
    return this.after(op, name);
  }

  private after(op: string, ...others: string[]): Recorded {
    return new Recorded(this.program, this.program.add(op, [this.name, ...others]));
  }
}
