import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { random } from "../../../lib/random";
import { type PowerCell, PowerDiagram, powerCells } from "../../../lib/spline";

type Point = [number, number];
const SQUARE = [
  [-2, -1],
  [2, 3],
] as const;
const HEXAGON = Array.from(
  { length: 6 },
  (_, k): Point => [2 * Math.cos((k * Math.PI) / 3), 2 * Math.sin((k * Math.PI) / 3)],
);

const areaOf = (polygon: readonly (readonly number[])[]): number =>
  polygon.reduce((sum, [x, y], i) => {
    const [u, v] = polygon[(i + 1) % polygon.length]!;
    return sum + (x! * v! - u! * y!) / 2;
  }, 0);

/** What holds for every diagram: areas add up, points lie where their code says, neighbours agree. */
function checkCells(diagram: PowerDiagram, domain: readonly Point[], cells: PowerCell[]): void {
  const whole = areaOf(domain);
  const sum = cells.reduce((total, { area }) => total + area, 0);
  assert.ok(Math.abs(sum - whole) < 1e-12 * whole, `areas add up to ${sum} of ${whole}`);
  cells.forEach(({ polygon, area, across, neighbours }, r) => {
    assert.equal(across.length, polygon.length);
    assert.ok(area >= 0 && Math.abs(areaOf(polygon) - area) < 1e-10 * whole);
    const near = across.filter((j) => j >= 0 && cells[j]!.polygon.length > 0);
    for (const j of near) assert.ok(neighbours.includes(j));
    for (const j of neighbours) assert.ok(cells[j]!.neighbours.includes(r), `${r} and ${j}`);
    // A corner belongs to its cell, and an edge to both its sides, up to rounding.
    polygon.forEach((corner, i) => {
      const own = diagram.power(r, corner);
      const scale = 1 + Math.abs(own) + Math.abs(diagram.radii[r]!);
      assert.ok(own - diagram.power(diagram.code(corner), corner) < 1e-11 * scale);
      const next = polygon[(i + 1) % polygon.length]!;
      const turn =
        (next[0] - corner[0]) * (polygon[(i + 2) % polygon.length]![1] - next[1]) -
        (next[1] - corner[1]) * (polygon[(i + 2) % polygon.length]![0] - next[0]);
      assert.ok(turn > -1e-12 * whole, "convex, counter-clockwise");
    });
  });
}

const corners = ([[x0, y0], [x1, y1]]: typeof SQUARE): Point[] => [
  [x0, y0],
  [x1, y0],
  [x1, y1],
  [x0, y1],
];

test("random diagrams, many with empty cells: areas, corners, neighbours, points inside", () => {
  const size = fc.integer({ min: 1, max: 60 });
  const spread = fc.double({ min: 0, max: 3, noNaN: true });
  fc.assert(
    fc.property(fc.integer(), size, spread, fc.boolean(), (seed, R, deviation, box) => {
      const draws = random(seed);
      const diagram = PowerDiagram.fromFlat(draws.normals(2 * R), draws.normals(R, -1, deviation));
      const domain = box ? corners(SQUARE) : HEXAGON;
      const cells = powerCells(diagram, box ? SQUARE : HEXAGON);
      checkCells(diagram, domain, cells);
      for (let n = 0; n < 50; n++) {
        const x: Point = [draws.uniform(-2, 2), draws.uniform(-1, 3)];
        if (!isInside(domain, x) || diagram.tieMargin(x) < 1e-9) continue;
        const holders = cells.flatMap(({ polygon }, r) => (isInside(polygon, x) ? [r] : []));
        assert.deepEqual(holders, [diagram.code(x)]);
      }
    }),
  );
});

function isInside(polygon: readonly Point[], [x, y]: Point): boolean {
  if (polygon.length === 0) return false;
  return polygon.every(([px, py], i) => {
    const [qx, qy] = polygon[(i + 1) % polygon.length]!;
    return (qx - px) * (y - py) - (qy - py) * (x - px) >= 0;
  });
}

test("cells agree with d3-weighted-voronoi", () => {
  const { weightedVoronoi } = require("d3-weighted-voronoi") as {
    weightedVoronoi: () => Record<"x" | "y" | "weight" | "clip", (value: unknown) => unknown> &
      ((sites: readonly Site[]) => (number[][] & { site: { originalObject: Site } })[]);
  };
  let empty = 0;
  for (let seed = 1; seed <= 40; seed++) {
    const draws = random(seed);
    const R = 5 + 3 * seed;
    const drawn = PowerDiagram.fromFlat(
      Array.from({ length: 2 * R }, () => draws.uniform(0, 1)),
      Array.from({ length: R }, () => draws.uniform(-0.5, 0.5) / R),
    );
    // It wants weights above 0: the same diagram, with another constant added to its radii.
    const diagram = drawn.withLeastRadius(0.01);
    const sites = Array.from({ length: R }, (_, index) => ({ index }));
    const reference = weightedVoronoi();
    reference.x(({ index }: Site) => diagram.centroids[2 * index]!);
    reference.y(({ index }: Site) => diagram.centroids[2 * index + 1]!);
    reference.weight(({ index }: Site) => diagram.radii[index]!);
    reference.clip([
      [0, 0],
      [0, 1],
      [1, 1],
      [1, 0],
    ]);
    const expected = new Map(
      reference(sites).map((polygon) => [polygon.site.originalObject.index, polygon]),
    );
    const cells = powerCells(drawn, [
      [0, 0],
      [1, 1],
    ]);
    cells.forEach((cell, r) => {
      const polygon = expected.get(r);
      if (polygon === undefined) {
        assert.ok(cell.area < 1e-9, `seed ${seed}: cell ${r} is empty there, ${cell.area} here`);
        empty++;
        return;
      }
      assert.ok(Math.abs(Math.abs(areaOf(polygon)) - cell.area) < 1e-9, `seed ${seed}, cell ${r}`);
      for (const corner of cell.polygon) {
        const away = Math.min(
          ...polygon.map(([x, y]) => Math.hypot(x! - corner[0], y! - corner[1])),
        );
        assert.ok(away < 1e-8, `seed ${seed}, cell ${r}: a corner ${away} away from any of theirs`);
      }
    });
  }
  assert.ok(empty > 100, `${empty} empty cells were compared`);
});

interface Site {
  readonly index: number;
}

test("with equal radii it is the Voronoi diagram of d3-delaunay, neighbours too", async () => {
  const load = (name: string): Promise<unknown> => import(name);
  const { Delaunay } = (await load("d3-delaunay")) as {
    Delaunay: new (
      points: Float64Array,
    ) => {
      voronoi(box: number[]): {
        cellPolygon(r: number): number[][] | null;
        neighbors(r: number): Iterable<number>;
      };
    };
  };
  for (const [R, rho] of [
    [3, 0],
    [50, -2],
    [400, 7],
  ] as const) {
    const points = Float64Array.from({ length: 2 * R }, (_, i) =>
      random(R).split(`${i}`).uniform(),
    );
    const expected = new Delaunay(points).voronoi([0, 0, 1, 1]);
    const cells = powerCells(PowerDiagram.fromFlat(points, new Float64Array(R).fill(rho)), [
      [0, 0],
      [1, 1],
    ]);
    cells.forEach(({ area, neighbours }, r) => {
      const polygon = expected.cellPolygon(r)!.slice(1);
      assert.ok(Math.abs(Math.abs(areaOf(polygon)) - area) < 1e-12, `cell ${r}`);
      assert.deepEqual(
        neighbours,
        [...expected.neighbors(r)].sort((a, b) => a - b),
      );
    });
  }
});

test("a grid of centroids, four cells to a corner: only edges make neighbours", () => {
  const points: Point[] = [];
  for (let i = 0; i < 9; i++) for (let j = 0; j < 9; j++) points.push([i / 3, j / 3]);
  const diagram = new PowerDiagram(points, new Float64Array(81));
  const cells = powerCells(diagram, [
    [-1 / 6, -1 / 6],
    [8 / 3 + 1 / 6, 8 / 3 + 1 / 6],
  ]);
  cells.forEach(({ area, polygon, neighbours }, r) => {
    assert.ok(Math.abs(area - 1 / 9) < 1e-14);
    assert.equal(polygon.length, 4);
    const [i, j] = [Math.floor(r / 9), r % 9];
    const expected = [r - 9, r - 1, r + 1, r + 9].filter((_, k) => [i > 0, j > 0, j < 8, i < 8][k]);
    assert.deepEqual(neighbours, expected);
  });
});

test("degenerate diagrams: coinciding, collinear, concurrent, far away, one alone", () => {
  const zero = (n: number) => new Float64Array(n);
  const cellsOf = (points: Point[], radii: ArrayLike<number>) => {
    const diagram = new PowerDiagram(points, radii);
    const cells = powerCells(diagram, SQUARE);
    checkCells(diagram, corners(SQUARE), cells);
    return cells.map(({ area }) => area);
  };
  assert.deepEqual(cellsOf([[5, 5]], [-3]), [16]);
  // The first of equal circles has the cell; of concentric ones the largest.
  const twins: Point[] = [
    [0, 1],
    [0, 1],
  ];
  assert.deepEqual(cellsOf(twins, [1, 1]), [16, 0]);
  assert.deepEqual(cellsOf(twins, [-2, -1]), [0, 16]);
  // Parallel bisectors: stripes.
  const stripes = cellsOf(
    Array.from({ length: 5 }, (_, i): Point => [i - 2, 7]),
    zero(5),
  );
  stripes.forEach((area, i) => {
    assert.ok(Math.abs(area - [2, 4, 4, 4, 2][i]!) < 1e-13);
  });
  // Centroids on a circle: all bisectors meet in its middle.
  const round = Array.from(
    { length: 12 },
    (_, k): Point => [Math.cos((k * Math.PI) / 6), 1 + Math.sin((k * Math.PI) / 6)],
  );
  for (const area of cellsOf(round, zero(12))) assert.ok(area > 1);
  // A circle so large that it leaves nothing to the others; a centroid that is outside its cell.
  assert.deepEqual(
    cellsOf(
      [
        [0, 0],
        [1, 1],
        [1, 0],
      ],
      [1000, 0, 0],
    ),
    [16, 0, 0],
  );
  assert.ok(
    cellsOf(
      [
        [0, 1],
        [0.5, 1],
      ],
      [0, 1],
    )[0]! > 0,
  );
  assert.notEqual(
    new PowerDiagram(
      [
        [0, 1],
        [0.5, 1],
      ],
      [0, 1],
    ).code([0, 1]),
    0,
  );
  // Far from the origin the differences are what counts.
  const far = new PowerDiagram(
    [
      [1e8, 1e8],
      [1e8 + 1, 1e8],
    ],
    zero(2),
  );
  const box = [
    [1e8 - 1, 1e8 - 1],
    [1e8 + 2, 1e8 + 1],
  ] as const;
  assert.deepEqual(
    powerCells(far, box).map(({ area }) => area),
    [3, 3],
  );
});

test("all bisectors through one point: a cell that is that point alone has no neighbours", () => {
  // max(0, x, x + y, y, 2x + 2y): the third piece is the largest nowhere but at the origin.
  const diagram = new PowerDiagram(
    [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 1],
      [2, 2],
    ],
    [0, 1, 2, 1, 8],
  );
  const cells = powerCells(diagram, [
    [-1, -1],
    [1, 1],
  ]);
  checkCells(
    diagram,
    corners([
      [-1, -1],
      [1, 1],
    ] as never),
    cells,
  );
  assert.deepEqual(
    cells.map(({ neighbours }) => neighbours),
    [[1, 3], [0, 4], [], [0, 4], [1, 3]],
  );
  assert.deepEqual(
    cells.map(({ area }) => area),
    [1, 0.75, 0, 0.75, 1.5],
  );
});

test("a polygon may be given either way round; what isn't a convex domain is refused", () => {
  const diagram = PowerDiagram.fromFlat(random(3).normals(20), random(4).normals(10));
  const [one, other] = [HEXAGON, [...HEXAGON].reverse()].map((domain) =>
    powerCells(diagram, domain).map(({ area }) => area),
  );
  one!.forEach((area, r) => {
    assert.ok(Math.abs(area - other![r]!) < 1e-12);
  });
  assert.throws(
    () =>
      powerCells(diagram, [
        [0, 0],
        [0, 1],
      ]),
    /box \[\[0, 0\], \[0, 1\]\] is empty/,
  );
  assert.throws(
    () =>
      powerCells(diagram, [
        [0, 0],
        [1, 1],
        [2, 2],
      ]),
    /isn't a convex|not a convex/,
  );
  const space = new PowerDiagram([[0, 0, 0]], [0]);
  assert.throws(() => powerCells(space, SQUARE), /dimension 3: take a section/);
});
