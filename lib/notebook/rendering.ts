import { VEGA_CONFIG } from "./theme";

export { type Picture, pictureOfSvg } from "../picture";

interface View {
  run(): View;
  padding(): { left: number; top: number; right: number; bottom: number };
  origin(): [number, number];
  scenegraph(): { root: unknown };
  _viewWidth: number;
  _viewHeight: number;
  _origin: [number, number];
}

interface Vega {
  parse(spec: object): object;
  mergeConfig(...configs: object[]): object;
  resetSVGDefIds(): void;
  resetSVGClipId?(): void;
  View: new (runtime: object, options: object) => View;
  SVGStringRenderer: new () => {
    initialize(
      element: null,
      width: number,
      height: number,
      origin: number[],
      scale: number,
    ): {
      render(scene: unknown): void;
      background(colour: string): void;
    };
    background(colour: string): void;
    svg(): string;
  };
}

/** A Vega-Lite spec with the theme's settings under its own. */
export function withTheme(spec: object): object {
  const vega = require("vega") as unknown as Vega;
  const own = (spec as { config?: object }).config ?? {};
  return { ...spec, config: vega.mergeConfig(VEGA_CONFIG, own) };
}

/**
 * Draws a Vega-Lite spec as SVG, without waiting: a cell shows its figures in the order of its
 * calls. (`View.toSVG` is asynchronous for the sake of data to be fetched, and figures here carry
 * their data; the steps are those it takes.)
 */
export function svgOfVegaLite(spec: object): string {
  const vega = require("vega") as unknown as Vega;
  const { compile } = require("vega-lite") as typeof import("vega-lite");
  const compiled = compile(spec as import("vega-lite").TopLevelSpec).spec;
  const view = new vega.View(vega.parse(compiled), { renderer: "none" });
  view.run();
  const { left, top, right, bottom } = view.padding();
  const width = Math.max(0, view._viewWidth + left + right);
  const height = Math.max(0, view._viewHeight + top + bottom);
  const origin = [view._origin[0] + left, view._origin[1] + top];
  vega.resetSVGDefIds();
  const renderer = new vega.SVGStringRenderer();
  const started = renderer.initialize(null, width, height, origin, 1);
  renderer.background("white");
  const { root } = view.scenegraph();
  embedImages(root as SceneItem);
  started.render(root);
  return renderer.svg();
}

interface SceneItem {
  marktype?: string;
  items?: SceneItem[];
  url?: string;
  width?: number;
  height?: number;
  image?: object;
}

/** Images that are their own address need no loading: Vega's would come too late for the picture. */
function embedImages({ marktype, items = [] }: SceneItem): void {
  for (const item of items) {
    const { url, width, height } = item;
    if (marktype === "image" && url?.startsWith("data:")) {
      item.image = { url, src: url, complete: true, width, height };
    }
    embedImages(item);
  }
}
