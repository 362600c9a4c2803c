import { join } from "node:path";

/** A picture: PNG bytes, and the size in CSS pixels at which it is meant to be seen. */
export interface Picture {
  png: Uint8Array;
  width: number;
  height: number;
}

// Twice the size of the page, for projectors and fine screens.
const PIXELS_PER_POINT = 2;

/** Draws an SVG; the same SVG gives the same bytes, since its fonts come with the library. */
export function pictureOfSvg(svg: string): Picture {
  const { Resvg } = require("@resvg/resvg-js") as typeof import("@resvg/resvg-js");
  const folder = join(require.resolve("dejavu-fonts-ttf/package.json"), "..", "ttf");
  const family = "DejaVu Sans";
  const resvg = new Resvg(svg, {
    fitTo: { mode: "zoom", value: PIXELS_PER_POINT },
    font: {
      loadSystemFonts: false,
      fontFiles: ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"].map((file) => join(folder, file)),
      defaultFontFamily: family,
      sansSerifFamily: family,
    },
  });
  return { png: resvg.render().asPng(), width: resvg.width, height: resvg.height };
}
