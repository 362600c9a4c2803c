/** Anything that paths can be drawn into: a canvas context, an SVG path, a test that listens. */
export interface PathSink {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  closePath(): void;
}

/** The `d` attribute of an SVG path, with coordinates to a tenth of a pixel. */
export class SvgPath implements PathSink {
  private readonly parts: string[] = [];

  moveTo(x: number, y: number): void {
    this.parts.push(`M${tenth(x)},${tenth(y)}`);
  }

  lineTo(x: number, y: number): void {
    this.parts.push(`L${tenth(x)},${tenth(y)}`);
  }

  closePath(): void {
    this.parts.push("Z");
  }

  toString(): string {
    return this.parts.join("");
  }
}

/** To a tenth, as short as can be: 3 instead of 3.0. */
const tenth = (value: number): number => Math.round(10 * value) / 10;
