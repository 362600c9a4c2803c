import assert from "node:assert/strict";
import { test } from "node:test";
import { random } from "../../../lib/random";
import {
  checkOperator,
  OperatorContractError,
  type OperatorReport,
} from "../../../lib/spline/checkOperator";
import {
  Activation,
  activations,
  Dense,
  Maxout,
  MaxPool2d,
  makePieces,
  type Operator,
  type Pieces,
  Relu,
} from "../../../lib/spline/operators";

const check = (operator: Operator) => checkOperator(operator, { random: random(11) });

/** Properties that a broken operator fails. */
function failures(operator: Operator): string[] {
  try {
    check(operator);
  } catch (error) {
    assert.ok(error instanceof OperatorContractError, String(error));
    assert.match(error.message, /^these properties don't hold: /);
    return error.report.failed;
  }
  return [];
}

const sizes = { inputShape: [3], outputShape: [3] };
const weights = Float64Array.of(1, -2, 0.5, 3, 1, -1, 0, 2, 1);

/** max(ν u, u) by hand, whatever ν is; each test breaks one thing. */
class ByHand implements Operator {
  readonly kind: string = "by hand";
  readonly inputShape = sizes.inputShape;
  readonly outputShape = sizes.outputShape;
  readonly pieces: number = 2;
  readonly units: number = 3;
  readonly convex: boolean = true;
  readonly nondecreasing: boolean = true;
  readonly parameters = 0;
  protected readonly below: number = 0.25;

  protected active(u: number): boolean {
    return u > 0;
  }
  forward(x: Float64Array, y: Float64Array, q: Pieces): void {
    x.forEach((u, k) => {
      q[k] = this.active(u) ? 1 : 0;
      y[k] = u * (q[k] === 1 ? 1 : this.below);
    });
  }
  apply(q: Pieces, x: Float64Array, y: Float64Array): void {
    x.forEach((u, k) => {
      y[k] = u * (q[k] === 1 ? 1 : this.below);
    });
  }
  pushforward(q: Pieces, v: Float64Array, w: Float64Array): void {
    this.apply(q, v, w);
  }
  pullback(q: Pieces, g: Float64Array, h: Float64Array): void {
    this.apply(q, g, h);
  }
  tieMargin(x: Float64Array): number {
    return Math.min(...x.map((u) => Math.abs(u * (1 - this.below))));
  }
}

test("an operator made by hand that keeps the contract passes, and its report is a table", () => {
  const report: OperatorReport = check(new ByHand());
  assert.deepEqual(report.failed, []);
  assert.equal(report.properties.length, 12);
  assert.match(String(report), /✓ {2}transposes +\S+ at most 1\.0e-12/);
  assert.match(String(report), /✓ {2}ties +0 at most 0 +[1-9]\d* exact ties/);
});

test("exact ties are met wherever knots lie on a grid, and between equal inputs of a window", () => {
  const ties = (operator: Operator) =>
    Number(
      check(operator)
        .properties.find(({ property }) => property === "ties")!
        .note.split(" ")[0],
    );
  assert.ok(ties(new Relu([3])) >= 10);
  assert.ok(ties(activations.relu6([3])) >= 10);
  assert.ok(ties(activations.hardSigmoid([3])) >= 10);
  assert.ok(ties(new MaxPool2d([4, 4, 2], { size: 3, padding: "same", strides: 1 })) >= 10);
  const integers = new Maxout([2], Float64Array.of(1, 0, 0, 1, -1, 1), Float64Array.of(0, 1, 2), 1);
  assert.ok(ties(integers) >= 10);
});

const BROKEN: Record<string, { operator: Operator; fails: string[] }> = {
  "a pullback that isn't the transpose": {
    operator: new (class extends Dense {
      protected override transposed(g: Float64Array, h: Float64Array): void {
        this.linear(g, h); // W instead of its transpose
      }
    })(weights, null, 3, 3),
    fails: ["transposes", "max form"],
  },
  "a pullback that adds to what was there": {
    operator: new (class extends ByHand {
      override pullback(q: Pieces, g: Float64Array, h: Float64Array): void {
        g.forEach((value, k) => {
          h[k]! += value * (q[k] === 1 ? 1 : this.below);
        });
      }
    })(),
    fails: ["writes", "transposes", "nondecreasing"],
  },
  "a pushforward with an offset": {
    operator: new (class extends Dense {
      override pushforward(q: Pieces, v: Float64Array, w: Float64Array): void {
        this.apply(q, v, w);
      }
    })(weights, Float64Array.of(1, 2, 3), 3, 3),
    fails: ["affine", "transposes", "derivative"],
  },
  "a pushforward that is another map": {
    operator: new (class extends Dense {
      override pushforward(_: Pieces, v: Float64Array, w: Float64Array): void {
        w.set(v);
      }
    })(weights, null, 3, 3),
    fails: ["affine", "transposes", "derivative"],
  },
  "convex claimed for a slope above 1": {
    operator: new (class extends ByHand {
      protected override readonly below: number = 2;
    })(),
    fails: ["max form", "convex"],
  },
  "convex denied for a maximum": {
    operator: new (class extends ByHand {
      override readonly convex: boolean = false;
      difference() {
        return {
          plus: new ByHand() as Operator,
          minus: new Dense(new Float64Array(9), null, 3, 3),
        };
      }
    })(),
    fails: ["convex"],
  },
  "not convex, and no difference of convex ones": {
    operator: new (class extends ByHand {
      override readonly convex: boolean = false;
      protected override readonly below: number = 2;
    })(),
    fails: ["difference form"],
  },
  "a wrong difference": {
    operator: new (class extends ByHand {
      override readonly convex: boolean = false;
      protected override readonly below: number = 2;
      difference() {
        return { plus: new ByHand() as Operator, minus: new Relu([3]) as Operator };
      }
    })(),
    fails: ["difference form"],
  },
  "nondecreasing claimed for a negative slope": {
    operator: new (class extends ByHand {
      protected override readonly below: number = -0.5;
    })(),
    fails: ["nondecreasing"],
  },
  "nondecreasing denied without a negative slope": {
    operator: new (class extends ByHand {
      override readonly nondecreasing: boolean = false;
    })(),
    fails: ["nondecreasing"],
  },
  "the upper piece at a tie": {
    operator: new (class extends ByHand {
      protected override active(u: number): boolean {
        return u >= 0;
      }
    })(),
    fails: ["ties"],
  },
  "the last of equal positions in a window": {
    operator: new (class extends MaxPool2d {
      override forward(x: Float64Array, y: Float64Array, q: Pieces): void {
        super.forward(x, y, q);
        for (let r = 0; r < 4; r++) if (x[r] === y[0]) q[0] = r;
      }
    })([2, 2, 1], { size: 2 }),
    fails: ["ties"],
  },
  "a code that is always the same": {
    operator: new (class extends ByHand {
      override forward(x: Float64Array, y: Float64Array, q: Pieces): void {
        super.forward(x, y, q);
        q.fill(1);
      }
    })(),
    fails: ["frozen", "derivative", "constancy"],
  },
  "a code out of range": {
    operator: new (class extends ByHand {
      override readonly pieces: number = 1;
    })(),
    fails: ["writes"],
  },
  "a code that is not written where a unit is inactive": {
    operator: new (class extends ByHand {
      override forward(x: Float64Array, y: Float64Array, q: Pieces): void {
        this.apply(q, x, y);
        x.forEach((u, k) => {
          if (this.active(u)) q[k] = 1;
          y[k] = u * (this.active(u) ? 1 : this.below);
        });
      }
    })(),
    fails: ["writes"],
  },
  "an operator that remembers its last point": {
    operator: new (class extends ByHand {
      private last = makePieces(3, 2);
      override forward(x: Float64Array, y: Float64Array, q: Pieces): void {
        super.forward(x, y, q);
        this.last = q.slice();
      }
      override apply(_: Pieces, x: Float64Array, y: Float64Array): void {
        super.apply(this.last, x, y);
      }
    })(),
    fails: ["frozen"],
  },
  "a jump": {
    operator: new (class extends ByHand {
      // A thresholded ReLU, by tf.js' definition: 0 up to 1, u above.
      protected override readonly below: number = 0;
      protected override active(u: number): boolean {
        return u > 1;
      }
    })(),
    fails: ["continuous"],
  },
  "curved: softplus, with the pieces of a ReLU": {
    operator: new (class extends ByHand {
      override forward(x: Float64Array, y: Float64Array, q: Pieces): void {
        super.forward(x, y, q);
        x.forEach((u, k) => {
          y[k] = Math.max(0, u) + Math.log1p(Math.exp(-Math.abs(u)));
        });
      }
    })(),
    fails: ["frozen", "derivative", "constancy", "max form"],
  },
  "an input that is written to": {
    operator: new (class extends ByHand {
      override forward(x: Float64Array, y: Float64Array, q: Pieces): void {
        super.forward(x, y, q);
        x[0] = 0;
      }
    })(),
    fails: ["writes"],
  },
  "an output that isn't written": {
    operator: new (class extends ByHand {
      override forward(x: Float64Array, y: Float64Array, q: Pieces): void {
        const whole = y.slice();
        super.forward(x, whole, q);
        y.set(whole.subarray(0, 2));
      }
    })(),
    fails: ["writes"],
  },
  "a margin that is not 0 at a tie": {
    operator: new (class extends ByHand {
      override tieMargin(): number {
        return 1;
      }
    })(),
    fails: ["tie margin"],
  },
  "a finite margin without any unit": {
    operator: new (class extends Dense {
      override tieMargin(): number {
        return 1;
      }
    })(weights, null, 3, 3),
    fails: ["tie margin"],
  },
};

for (const [name, { operator, fails }] of Object.entries(BROKEN)) {
  test(`refused: ${name}`, () => {
    const found = failures(operator);
    for (const property of fails) assert.ok(found.includes(property), `failed: [${found}]`);
  });
}

test("a lie about one thing is told as that one thing", () => {
  const only = ["the upper piece at a tie", "convex denied for a maximum", "a wrong difference"];
  for (const name of only) assert.deepEqual(failures(BROKEN[name]!.operator), BROKEN[name]!.fails);
});

test("an activation whose pieces don't meet is refused as it is made", () => {
  const make = (pieces: object) => () =>
    new Activation([2], { kind: "a", knots: [0], slopes: [0, 1], intercepts: [0, 0], ...pieces });
  assert.throws(make({ intercepts: [0, 1] }), /pieces don't meet at the knot 0: 0 before it, 1/);
  assert.throws(
    make({ knots: [0, 0], slopes: [0, 1, 2], intercepts: [0, 0, 0] }),
    /don't increase/,
  );
  assert.throws(make({ slopes: [0, 1, 2] }), /3 slopes, expected 2 for each channel/);
  assert.throws(make({ intercepts: [0] }), /1 intercepts, expected 2/);
  assert.throws(make({ slopes: [0, Number.NaN] }), /slopes\[1\] is NaN/);
});

test("a check of no points, or of points without a size, is refused", () => {
  const operator = new Dense(Float64Array.of(1), null, 1, 1);
  for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    for (const name of ["samples", "scale"]) {
      const options = { random: random(1), [name]: value };
      assert.throws(() => checkOperator(operator, options), {
        name: "RangeError",
        message: /expected/,
      });
    }
  }
  assert.throws(
    () => checkOperator(operator, { random: random(1), samples: 2.5 }),
    /samples is 2.5/,
  );
});
