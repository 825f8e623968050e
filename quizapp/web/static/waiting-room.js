// Counts down to the opening by the server's time and reloads then. Without it, the page's own
// sentence says when to reload.
const opening = document.getElementById("opening");
const shown = document.getElementById("countdown");
const ends = performance.now() + Number(opening.dataset.seconds) * 1000;
// A room that reloads in the same instant would wait for itself.
const spread = Math.random() * 3000;
const words = (seconds) => {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part, place) => (place ? String(part).padStart(2, "0") : part)).join(":");
};

function tick() {
  const left = Math.max(0, Math.ceil((ends - performance.now()) / 1000));
  shown.textContent = words(left);
  if (performance.now() >= ends + spread) {
    location.reload();
  } else {
    setTimeout(tick, 250);
  }
}

opening.hidden = true;
document.getElementById("countdown-how").hidden = false;
shown.hidden = false;
tick();
