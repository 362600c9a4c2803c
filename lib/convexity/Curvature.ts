/** What is known of the shape of one coordinate of a value, as a function of the network's input. */
export type Curvature = "affine" | "convex" | "concave" | "unknown";

/** The shape of w times a coordinate. */
export function scaled(shape: Curvature, w: number): Curvature {
  if (w === 0) return "affine";
  if (w > 0 || shape === "affine" || shape === "unknown") return shape;
  return shape === "convex" ? "concave" : "convex";
}

/** The shape of a sum of two coordinates. */
export function added(first: Curvature, second: Curvature): Curvature {
  if (first === "affine" || first === second) return second;
  return second === "affine" ? first : "unknown";
}

/** Whether the rules have shown convexity: affine functions are convex. */
export const isConvex = (shape: Curvature): boolean => shape === "affine" || shape === "convex";
