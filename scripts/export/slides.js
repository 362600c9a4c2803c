// Starts the deck. A slide that is a little too full shrinks to the screen; one that is much too
// full keeps its size and scrolls to what has just come up.
(() => {
  const SMALLEST = 0.75;
  const fit = () => {
    const slide = Reveal.getCurrentSlide();
    const sheet = slide?.querySelector(".sheet");
    if (!sheet) return;
    sheet.removeAttribute("style");
    const scale = Reveal.getConfig().height / sheet.offsetHeight;
    const fitted = SMALLEST <= scale && scale < 1;
    slide.classList.toggle("fitted", fitted);
    if (!fitted) return;
    sheet.style.width = `${100 / scale}%`;
    sheet.style.transform = `scale(${scale})`;
    // What is drawn smaller also takes less room.
    sheet.style.marginBottom = `${(scale - 1) * sheet.offsetHeight}px`;
  };
  Reveal.on("slidechanged", fit);
  Reveal.on("fragmentshown", ({ fragment }) => {
    const slide = fragment.closest("section");
    const end = fragment.offsetTop + fragment.offsetHeight - slide.clientHeight;
    const top = Math.min(end, fragment.offsetTop);
    if (top > slide.scrollTop) slide.scrollTo({ top, behavior: "smooth" });
  });
  document.addEventListener("figures-drawn", fit);
  document.fonts.ready.then(fit);
  Reveal.initialize({ hash: true, center: false, width: 1280, height: 800, margin: 0.05 }).then(
    fit,
  );
})();
