import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Complex,
  cellBoundary,
  certify,
  lipschitzLowerBound,
  lipschitzOnBox,
  minimalPerturbation,
  partition,
  productBounds,
  random,
  type SplineNetwork,
  sliceLipschitz,
} from "../../lib";
import { isDenseChain, productOf, unitsOf } from "./measures";
import { type Subject, subjects } from "./networks";
import { REWRITES } from "./rewrites";

const BOX: [[number, number], [number, number]] = [
  [-1, -1],
  [1, 1],
];

/** Small networks of two inputs, as they are and written with ReLUs or halved units. */
const PLANAR = subjects()
  .filter(({ net }) => net.inputSize === 2 && unitsOf(net) <= 24)
  .flatMap((subject) => [
    subject,
    ...[
      "two pieces as two ReLUs",
      "a unit split in two halves",
      "maxout as ReLUs",
      "zero as three ReLUs more",
    ].flatMap((name): Subject[] => {
      const rewritten = REWRITES[name]!(subject.net);
      const written = `${subject.name}, ${name}`;
      return rewritten ? [{ ...subject, name: written, net: rewritten.net }] : [];
    }),
  ]);

const complexes = new Map<SplineNetwork, Complex>();

function complexOf(net: SplineNetwork): Complex {
  const complex = complexes.get(net) ?? partition(net, { domain: BOX });
  complexes.set(net, complex);
  return complex;
}

function everywhere(check: (subject: Subject) => void, asks = (_: Subject) => true): void {
  const chosen = PLANAR.filter(asks);
  assert.ok(chosen.length > 5);
  const wrong: string[] = [];
  for (const subject of chosen) {
    try {
      check(subject);
    } catch (error) {
      wrong.push(`${subject.name}: ${(error as Error).message}`);
    }
  }
  assert.deepEqual(wrong, []);
}

const isChain = ({ net }: Subject): boolean => isDenseChain(net);

const atMost = (low: number, high: number, what: string) =>
  assert.ok(low <= high * (1 + 1e-9), `${what}: ${low} > ${high}`);

for (const gap of [1e-3, 0.5]) {
  test(`bounds on a box, at gap ${gap}, enclose the steepest cell of the partition`, () => {
    everywhere(({ net }) => {
      const { constant } = sliceLipschitz(complexOf(net));
      const { lower, upper } = lipschitzOnBox(net, BOX, { gap, boxes: 300 });
      atMost(lower, constant, "lower");
      atMost(constant, upper, "upper");
    }, isChain);
  });
}

test("no sampled slope is steeper than the steepest cell of the partition", () => {
  everywhere(({ net }) => {
    const { constant } = sliceLipschitz(complexOf(net));
    const options = { random: random(1), samples: 50, steps: 5 };
    atMost(lipschitzLowerBound(net, BOX, options).lower, constant, "lower");
  });
});

test("products of norms aren't below the steepest cell of the partition", () => {
  everywhere(
    ({ net }) => {
      const { product, maso } = productBounds(net);
      atMost(sliceLipschitz(complexOf(net)).constant, product, "product");
      atMost(product, maso, "product and maso");
    },
    ({ net }) => Number.isFinite(productOf(net)),
  );
});

test("the affine map and the code at a point are those of its cell in the partition", () => {
  everywhere(
    ({ net, points }) => {
      for (const [x, y] of points) {
        if (Math.abs(x!) >= 1 || Math.abs(y!) >= 1) continue;
        const cell = complexOf(net).locate(x!, y!);
        const { A, b, code } = net.affineMap([x!, y!]);
        assert.equal(complexOf(net).code(cell).key, code.key);
        const own = complexOf(net).affineMap(cell);
        const size = [...A, ...b].reduce((most, v) => Math.max(most, Math.abs(v)), 0);
        [...own.A, ...own.b].forEach((v, i) => {
          assert.ok(Math.abs(v - (A[i] ?? b[i - A.length]!)) <= 1e-12 * size);
        });
      }
    },
    ({ special }) => !special,
  );
});

test("the code changes just behind the nearest facet, and not before it", () => {
  everywhere(
    ({ net, points }) => {
      for (const x of points) {
        const { nearest } = cellBoundary(net, x);
        if (nearest === undefined) continue;
        const at = (t: number) => net.code(x.map((v, i) => v + t * (nearest.foot[i]! - v)));
        assert.ok(at(1 - 1e-6).equals(net.code(x)), "before");
        assert.ok(!at(1 + 1e-6).equals(net.code(x)), "behind");
      }
    },
    ({ special }) => !special,
  );
});

test("certified radii are at most the smallest perturbation, and equal where exact", () => {
  everywhere(
    ({ net, points }) => {
      for (const x of points.slice(0, 2)) {
        const certificate = certify(net, x);
        const { distance, exact } = minimalPerturbation(net, x, { cells: 2000 });
        atMost(certificate.radius, distance, "radius");
        if (certificate.exact && exact) atMost(distance, certificate.radius, "distance");
      }
    },
    (subject) => isChain(subject) && !subject.special && unitsOf(subject.net) <= 12,
  );
});

test("no signal on a ring within the smallest perturbation has another class", () => {
  everywhere(
    ({ net, points }) => {
      for (const x of points.slice(0, 2)) {
        const { distance } = minimalPerturbation(net, x, { cells: 2000 });
        const radius = 0.999 * Math.min(distance, 10);
        const { label } = certify(net, x);
        for (let turn = 0; turn < 60; turn++) {
          const angle = (turn / 60) * 2 * Math.PI;
          const y = [x[0]! + radius * Math.cos(angle), x[1]! + radius * Math.sin(angle)];
          const found = certify(net, y).label;
          assert.equal(found, label, `at ${radius}`);
        }
      }
    },
    (subject) => isChain(subject) && unitsOf(subject.net) <= 12,
  );
});
