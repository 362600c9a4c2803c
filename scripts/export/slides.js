// Starts the deck. Slides that are fuller than the screen scroll to what has just come up.
Reveal.initialize({ hash: true, center: false, width: 1280, height: 800, margin: 0.05 });
Reveal.on("fragmentshown", ({ fragment }) => {
  const slide = fragment.closest("section");
  const end = fragment.offsetTop + fragment.offsetHeight - slide.clientHeight;
  const top = Math.min(end, fragment.offsetTop);
  if (top > slide.scrollTop) slide.scrollTo({ top, behavior: "smooth" });
});
