import * as tf from "@tensorflow/tfjs";
import { Matrix } from "ml-matrix";
import {
  BatchedNetwork,
  heWeights,
  type LearningCurve,
  MaxAffineSpline,
  MaxAffineSplineOperator,
  PowerDiagram,
  partition,
  random,
  SplineNetwork,
  saveModel,
  trainClassifier,
  twoMoons,
} from "../../lib";

type Scope = Record<string, unknown>;

/** What an example may take for granted beside the library's own names, made anew for each. */
export async function surroundings(name: string): Promise<Scope> {
  return { ...common(), ...(await OWN[name]?.()) };
}

/** A small network of two inputs, a model like it, data of two moons, and what is asked of them. */
function common(): Scope {
  const draws = random(1);
  const weights = heWeights([2, 6, 1], draws.split("weights"), { offsetDeviation: 1 });
  const data = () => twoMoons({ count: 60, noise: 0.1, random: random(1).split("moons") });
  const [layer1, layer2] = [relus(1), relus(2)];
  const spline = MaxAffineSpline.fromFlat(draws.normals(8), draws.normals(4));
  return {
    tf,
    Matrix,
    net: SplineNetwork.fromWeights(weights),
    model: model(),
    data: data(),
    train: data(),
    test: data(),
    x: [0.3, -0.2],
    points: draws.normals(200),
    domain: [
      [-1, -1],
      [1, 1],
    ],
    polygon: [
      [-1, -1],
      [1, -1],
      [1, 1],
      [-1, 1],
    ],
    spline,
    diagram: PowerDiagram.ofSpline(spline),
    layer: layer1,
    layer1,
    layer2,
    rng: random(2),
    images: tf.randomNormal([4, 2], 0, 1, "float32", 1),
    error: 1e-15,
    accuracy: 0.98,
  };
}

/** Where a name means something else. */
const OWN: Readonly<Record<string, () => Scope | Promise<Scope>>> = {
  ActivationCode: () => ({
    points: [
      [0, 1],
      [2, 3],
    ],
  }),
  linearSplinePath: () => ({ x: [0, 1, 2, 3], y: [0, 1, 0, 2] }),
  "PowerDiagram.section": () => ({
    points: [
      [0, 0, 1],
      [1, 0, 0],
      [0, 1, 0],
      [1, 1, -1],
    ],
  }),
  layerLine: () => ({ net: SplineNetwork.fromWeights(heWeights([2, 1, 1], random(1))) }),
  lossLine: lossLineScope,
  lossLineCurve: lossLineScope,
  detectionErrors: () => {
    const S = new Matrix([
      [1, 0],
      [0, 1],
    ]);
    const covariance = Matrix.eye(2, 2);
    return { S, experiment: { signals: S, covariance, trials: 100, random: random(1) } };
  },
  templateStatistics: () => ({
    twin: new BatchedNetwork(SplineNetwork.fromWeights(heWeights([2, 6, 2], random(1)))),
  }),
  GramSchmidtDense: () => ({
    model: tf.sequential({ layers: [tf.layers.dense({ units: 12, inputShape: [2] })] }),
  }),
  layerNorms: trainingOptions,
  orthogonalRows: trainingOptions,
  templateNorms: trainingOptions,
  partitionsOverEpochs: trained,
  pictureGrid: () => ({
    complex: partition(SplineNetwork.fromWeights(heWeights([2, 3, 2], random(1))), {
      domain: [
        [-1, -1],
        [1, 1],
      ],
    }),
  }),
  applySnapshot: async () => ({ ...(await trained()), frames: [] }),
  loadModel: async () => {
    await saveModel(model(), "nets/digits", {
      name: "digits",
      description: "A small network",
      recipe: { seed: 1 },
      figures: { "test accuracy": 0.9 },
      backend: tf.getBackend(),
    });
    return {};
  },
  progress: () => ({ images: [1, 2], look: () => undefined }),
  show: async () => ({
    ...(await trained()),
    images: { data: new Float64Array(36), shape: [4, 3, 3] },
  }),
};

/** A direction in the parameters of the first layer, and data. */
function lossLineScope(): Scope {
  return {
    direction: heWeights([2, 6], random(2))[0],
    inputs: [
      [0, 1],
      [1, 0],
    ],
    targets: [[0], [1]],
  };
}

function model(): tf.Sequential {
  const layers = [
    tf.layers.dense({ units: 6, activation: "relu", inputShape: [2] }),
    tf.layers.dense({ units: 2 }),
  ];
  return tf.sequential({ layers });
}

async function trained(): Promise<{ model: tf.Sequential; curve: LearningCurve }> {
  const net = model();
  const data = twoMoons({ count: 60, noise: 0.1, random: random(1) });
  const options = {
    epochs: 2,
    batchSize: 20,
    optimizer: 0.01,
    random: random(1),
    snapshots: [0, 1],
  };
  return { model: net, curve: await trainClassifier(net, data, options) };
}

/** Two ReLUs of two inputs. */
function relus(seed: number): MaxAffineSplineOperator {
  const draws = random(seed);
  const slopes = () => [[0, 0], [...draws.normals(2)]];
  return new MaxAffineSplineOperator(
    [slopes(), slopes()],
    [
      [0, draws.normal()],
      [0, draws.normal()],
    ],
  );
}

function trainingOptions(): Scope {
  return { options: { epochs: 1, batchSize: 30, optimizer: 0.01, random: random(1) } };
}
