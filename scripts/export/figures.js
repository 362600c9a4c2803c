// Brings the figures of a page to life, and hides their pictures then.
(() => {
  const draw = {
    vega: (place, spec) => {
      const runtime = vega.parse(vegaLite.compile(spec).spec);
      return new vega.View(runtime, { renderer: "svg", container: place, hover: true }).runAsync();
    },
    plotly: async (place, { data, layout, frames }) => {
      const { width = 700, height = 450 } = layout ?? {};
      const sized = { ...layout, width, height };
      await Plotly.newPlot(place, data, sized, { displaylogo: false });
      if (frames) await Plotly.addFrames(place, frames);
    },
  };
  const live = async (figure) => {
    const spec = JSON.parse(figure.querySelector("script").textContent);
    await draw[figure.dataset.kind](figure.querySelector(".live"), spec);
    figure.classList.add("drawn");
  };
  const all = [...document.querySelectorAll(".figure")].map(live);
  Promise.all(all).then(() => {
    document.documentElement.classList.add("figures-drawn");
    document.dispatchEvent(new Event("figures-drawn"));
  });
})();
