// Where the whole runner cannot start, the plain pages do everything; this only counts down, and at
// zero sends what the page's form says, which counts by arrival.

export function start(config, warning) {
  if (warning) warn(warning);
  const clock = document.getElementById("clock");
  const form = document.getElementById("item-form");
  // The client's wall clock is never trusted: seconds left come from the server.
  const endsAt = performance.now() + Number(clock.dataset.secondsLeft) * 1000;
  const timer = setInterval(show, 500);
  show();

  function show() {
    const left = Math.max(0, Math.ceil((endsAt - performance.now()) / 1000));
    document.getElementById("clock-value").textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    clock.classList.toggle("is-short", left <= 300);
    if (left === 0) end();
  }

  async function end() {
    clearInterval(timer);
    try {
      if (form) await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
    } catch {
      // Offline: the page that follows says what is saved and what is not.
    }
    location.assign(config.timeUp);
  }
}

function warn(text) {
  const banner = document.getElementById("runner-banner").content.firstElementChild.cloneNode(true);
  banner.querySelector("p").textContent = text;
  banner.querySelector("button").remove();
  document.getElementById("runner-banners").append(banner);
}
