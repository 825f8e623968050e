// The page states the absolute time with its zone; this adds "3 hours ago" on hover only,
// so that nothing on the page depends on the reader's own clock.
const STEPS = [
  ["year", 31536000], ["month", 2592000], ["week", 604800], ["day", 86400],
  ["hour", 3600], ["minute", 60], ["second", 1],
];

export function relative(then, now, locale) {
  const seconds = Math.round((then - now) / 1000);
  const [unit, size] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? STEPS.at(-1);
  return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(Math.round(seconds / size), unit);
}

function describe(element) {
  const then = Date.parse(element.dateTime);
  if (!Number.isNaN(then)) {
    element.title = relative(then, Date.now(), document.documentElement.lang || undefined);
  }
}

// Computed when asked for, not on load: a board left open all morning would show old answers.
document.addEventListener("pointerover", (event) => {
  const element = event.target.closest?.("time[data-relative]");
  if (element) describe(element);
});
