import type { Program, Step } from "./Program";

/** The tag by which TensorFlow finds the graph in the model. */
export const TAG = "serve";

/** The k-th output of the graph; its inputs are called as in the program. */
export const outputName = (k: number): string => `output${k}`;

const FUNCTION = "fused";
const FLOAT32 = 1; // DT_FLOAT
// Wherever TensorFlow meets it, in the function and where that is called, XLA compiles the whole.
const COMPILED = { _XlaMustCompile: { B: true } };

/**
 * A program in TensorFlow's format SavedModel: a graph that calls one function of float32 tensors,
 * which XLA compiles when it first meets their shapes.
 */
export function savedModel(program: Program): Uint8Array {
  const [inputs, outputs] = [program.inputs, program.outputs.map((_, k) => outputName(k))];
  const types = (names: readonly string[]) => ({
    List: message("AttrValue.ListValue", { TypeList: names.map(() => FLOAT32) }),
  });
  const call = nodeOf("call", "PartitionedCall", inputs, {
    f: { Func: message("NameAttrList", { Name: FUNCTION }) },
    Tin: types(inputs),
    Tout: types(outputs),
    ...COMPILED,
  });
  const GraphDef = message("GraphDef", {
    Versions: message("VersionDef", { Producer: 1087 }), // TensorFlow 2.9, and read by later ones
    Library: message("FunctionDefLibrary", { FunctionList: [functionOf(program, outputs)] }),
    NodeList: [
      ...inputs.map((name) => nodeOf(name, "Placeholder", [], { dtype: { Type: FLOAT32 } })),
      call,
      ...outputs.map((name, k) =>
        nodeOf(name, "Identity", [`call:${k}`], { T: { Type: FLOAT32 } }),
      ),
    ],
  });
  const MetaInfoDef = message("MetaGraphDef.MetaInfoDef", { TagsList: [TAG] });
  const MetaGraphsList = [message("MetaGraphDef", { MetaInfoDef, GraphDef })];
  return message("SavedModel", { SavedModelSchemaVersion: 1, MetaGraphsList }).serializeBinary();
}

function functionOf(program: Program, outputs: readonly string[]): Message {
  const named = (Name: string) => message("OpDef.ArgDef", { Name, Type: FLOAT32 });
  return message("FunctionDef", {
    Signature: message("OpDef", {
      Name: FUNCTION,
      InputArgList: program.inputs.map(named),
      OutputArgList: outputs.map(named),
    }),
    NodeDefList: program.steps.map(stepNode),
    RetMap: Object.fromEntries(outputs.map((name, k) => [name, program.outputs[k]])),
    AttrMap: attributes(COMPILED),
  });
}

function stepNode({ name, op, inputs, value }: Step): Message {
  if (value === undefined) return nodeOf(name, op, inputs, { T: { Type: FLOAT32 } });
  const TensorShape = message("TensorShape", {}); // of a scalar
  const Tensor = message("Tensor", { Dtype: FLOAT32, TensorShape, FloatValList: [value] });
  return nodeOf(name, op, inputs, { dtype: { Type: FLOAT32 }, value: { Tensor } });
}

function nodeOf(Name: string, Op: string, inputs: readonly string[], values: Attributes): Message {
  return message("NodeDef", { Name, Op, InputList: [...inputs], AttrMap: attributes(values) });
}

/** Attributes by name, each with the one field of AttrValue that it fills. */
type Attributes = Record<string, Record<string, unknown>>;

const attributes = (values: Attributes): Record<string, Message> =>
  Object.fromEntries(Object.entries(values).map(([k, v]) => [k, message("AttrValue", v)]));

// biome-ignore lint/suspicious/noExplicitAny: made by generated classes that have no types
type Message = any;

/** A message of TensorFlow's protocol buffers, by the classes that TensorFlow.js brings along. */
function message(kind: string, fields: Record<string, unknown>): Message {
  const classes = require("@tensorflow/tfjs-node/dist/proto/api_pb");
  const made = new (kind.split(".").reduce((inside, name) => inside[name], classes))();
  for (const [field, value] of Object.entries(fields)) {
    if (!field.endsWith("Map")) made[`set${field}`](value);
    else for (const entry of Object.entries(value as object)) made[`get${field}`]().set(...entry);
  }
  return made;
}
