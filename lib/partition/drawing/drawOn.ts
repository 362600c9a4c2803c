import type { Complex } from "../Complex";
import { Drawing } from "./Drawing";
import type { DrawingOptions } from "./DrawingOptions";
import type { PathSink } from "./PathSink";

/** What of a canvas' 2-D context is used. */
export interface CanvasLike extends PathSink {
  fillStyle: unknown;
  strokeStyle: unknown;
  lineWidth: number;
  beginPath(): void;
  fill(): void;
  stroke(): void;
}

/**
 * Draws a complex on the 2-D context of a canvas, from its top left corner; its longer side has
 * `size` pixels. Cells, edges and decision boundary, without title, axes, points and legend.
 */
export function drawOn(
  complex: Complex,
  context: CanvasLike,
  options: Omit<DrawingOptions, "hover" | "vectorLimit"> = {},
): void {
  const drawing = new Drawing(complex, options);
  for (const { colour, trace } of drawing.areas()) {
    context.beginPath();
    trace(context);
    context.fillStyle = colour;
    context.fill();
    // Stroked in its own colour: no hairlines between areas.
    context.strokeStyle = colour;
    context.lineWidth = 0.6;
    context.stroke();
  }
  for (const { colour, width, trace } of drawing.lines()) {
    context.beginPath();
    trace(context);
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
  }
}
