import assert from "node:assert/strict";
import { test } from "node:test";
import { alignPlaces } from "../../lib/distance";
import { random } from "../../lib/random";

test("a layout that was turned, mirrored and shifted comes back", () => {
  const rng = random(5);
  for (let n = 0; n < 50; n++) {
    const places = rng.normals(40);
    const [angle, mirror] = [rng.uniform() * 7, n % 2 === 0 ? 1 : -1];
    const moved = places.map((_, i) => {
      const at = i - (i % 2);
      const [x, y] = [places[at]!, places[at + 1]! * mirror];
      return i % 2 === 0
        ? 3 + Math.cos(angle) * x - Math.sin(angle) * y
        : 1 + Math.sin(angle) * x + Math.cos(angle) * y;
    });
    const back = alignPlaces(moved, places);
    assert.ok(back.every((v, i) => Math.abs(v - places[i]!) < 1e-12));
  }
});

test("no turn of the result is nearer, and distances within stay", () => {
  const rng = random(6);
  const [places, reference] = [rng.normals(30), rng.normals(30)];
  const aligned = alignPlaces(places, reference);
  const squares = (u: Float64Array, v: Float64Array) =>
    u.reduce((sum, value, i) => sum + (value - v[i]!) ** 2, 0);
  const least = squares(aligned, reference);
  for (let n = 1; n < 100; n++) {
    const turned = turn(aligned, (2 * Math.PI * n) / 100);
    assert.ok(squares(turned, reference) >= least - 1e-12);
  }
  const apart = (p: Float64Array) => Math.hypot(p[0]! - p[8]!, p[1]! - p[9]!);
  assert.ok(Math.abs(apart(aligned) - apart(places)) < 1e-12);
  assert.throws(() => alignPlaces([1, 2, 3], [1, 2, 3]), /3 and 3 numbers/);
  assert.throws(() => alignPlaces([1, 2], [1, 2, 3, 4]), /2 and 4 numbers/);
});

/** Turned about the common centre. */
function turn(places: Float64Array, angle: number): Float64Array {
  const centre = [0, 1].map((c) => {
    const own = places.filter((_, i) => i % 2 === c);
    return own.reduce((sum, v) => sum + v, 0) / own.length;
  });
  return places.map((_, i) => {
    const at = i - (i % 2);
    const [x, y] = [places[at]! - centre[0]!, places[at + 1]! - centre[1]!];
    return i % 2 === 0
      ? centre[0]! + Math.cos(angle) * x - Math.sin(angle) * y
      : centre[1]! + Math.sin(angle) * x + Math.cos(angle) * y;
  });
}
