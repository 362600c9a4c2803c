// Shows application/vnd.plotly.v1+json in JupyterLab. Written by hand in the form that Lab loads
// (a webpack "module federation" container), so that no webpack and no network are needed.
(() => {
  const folder = new URL(".", document.currentScript.src);
  const mime = "application/vnd.plotly.v1+json";
  let shared;
  let plotly;

  // Plotly is 11 MB: it is fetched from the Jupyter server when a first figure wants it.
  const loadPlotly = () => {
    plotly ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = new URL("plotly.js", folder);
      // Plotly would register with require.js instead of the window, where a page has one.
      const { define } = window;
      window.define = undefined;
      const restore = (settle) => () => {
        window.define = define;
        settle();
      };
      script.onload = restore(() => resolve(window.Plotly));
      script.onerror = restore(() => reject(new Error(`${script.src} can't be loaded`)));
      document.head.append(script);
    });
    return plotly;
  };

  const rendererFactory = (Widget) => ({
    safe: true,
    mimeTypes: [mime],
    defaultRank: 0,
    createRenderer: () =>
      new (class extends Widget {
        async renderModel(model) {
          const { data, layout, config, frames } = model.data[mime];
          const height = layout?.height ?? 450;
          this.node.style.minHeight = `${height}px`;
          const library = await loadPlotly();
          const settings = { responsive: true, displaylogo: false, ...config };
          await library.newPlot(this.node, data, { ...layout, height }, settings);
          if (frames?.length) await library.addFrames(this.node, frames);
        }
        onResize() {
          if (this.isVisible && this.node.data) window.Plotly.Plots.resize(this.node);
        }
      })(),
  });

  const mimeExtension = async () => {
    const [widgets] = Object.values(shared["@lumino/widgets"]);
    const { Widget } = (await widgets.get())();
    const extension = {
      id: "madmax-plotly:factory",
      rendererFactory: rendererFactory(Widget),
      rank: 0,
      dataType: "json",
    };
    return () => ({ __esModule: true, default: extension });
  };

  window._JUPYTERLAB ??= {};
  window._JUPYTERLAB["madmax-plotly"] = {
    init: (scope) => {
      shared = scope;
    },
    get: () => mimeExtension(),
  };
})();
