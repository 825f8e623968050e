// Keeps the console of exam day up to date. Without this file the page is complete and is reloaded
// by its link; with it, what the server says every five seconds is put in place, and no answer is
// said at once: a board that stands still must not look calm.

const POLL_MS = 5000;
const PATIENCE_MS = 4000;
const TYPING_MS = 250;

const root = document.getElementById("console");
const lost = document.getElementById("lost");
const spoken = document.getElementById("spoken");
const box = document.getElementById("q");
const title = document.title;
const shown = new Map();
let heardAt = new Date();
let running = null;
let timer = null;

function address() {
  const url = new URL(location.href);
  url.searchParams.set("part", "board");
  return url;
}

// One question at a time; whoever asks meanwhile gets the answer of a fresh one.
function poll() {
  clearTimeout(timer);
  running?.abort();
  const own = new AbortController();
  running = own;
  const patience = setTimeout(() => own.abort("slow"), PATIENCE_MS);
  ask(own.signal)
    .then(() => found(), (error) => { if (running === own) missing(error); })
    .finally(() => {
      clearTimeout(patience);
      if (running !== own) return;
      running = null;
      timer = setTimeout(poll, POLL_MS);
    });
}

async function ask(signal) {
  const answer = await fetch(address(), { signal, cache: "no-store", redirect: "manual" });
  if (answer.type === "opaqueredirect") throw new Error("signed out");
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const parts = [...page.querySelectorAll("[data-live]")];
  // A captive portal also answers 200: only our own parts count.
  if (!parts.length || parts.some((part) => !document.getElementById(part.id))) throw new Error("not ours");
  signal.throwIfAborted();
  parts.forEach(place);
}

function place(part) {
  if (shown.get(part.id) === part.outerHTML) return;
  shown.set(part.id, part.outerHTML);
  const old = document.getElementById(part.id);
  const chosen = new Set([...old.querySelectorAll("input:checked")].map((input) => input.value));
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  const scrolled = old.querySelector(".log")?.scrollTop ?? 0;
  old.replaceWith(part);
  for (const input of part.querySelectorAll("input[type=checkbox]")) input.checked = chosen.has(input.value);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  const log = part.querySelector(".log");
  if (log) log.scrollTop = scrolled;
}

function found() {
  heardAt = new Date();
  lost.hidden = true;
  root.classList.remove("is-stale");
  const alarm = document.getElementById("alarm");
  const loud = Number(alarm.dataset.loud);
  const words = alarm.querySelector(".alarm-words").textContent.trim();
  document.title = loud ? `(${loud}) ${title}` : title;
  // A screen reader hears a change once, not the same sentence every five seconds.
  if (spoken.textContent !== words) spoken.textContent = words;
}

function missing(error) {
  const words = error?.message === "signed out" ? root.dataset.signedOut : root.dataset.lost;
  const text = `${words} ${heardAt.toLocaleTimeString()}`;
  if (lost.textContent !== text) lost.textContent = text;
  lost.hidden = false;
  root.classList.add("is-stale");
  document.title = `(!) ${title}`;
}

function search() {
  const url = new URL(location.href);
  if (box.value.trim()) url.searchParams.set("q", box.value.trim());
  else url.searchParams.delete("q");
  history.replaceState(null, "", url);
  poll();
}

let typing = null;
box.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(search, TYPING_MS);
});
window.addEventListener("offline", () => {
  // An answer that is still on its way says nothing of now.
  running?.abort("offline");
  missing();
});
window.addEventListener("online", poll);
document.addEventListener("visibilitychange", () => { if (!document.hidden) poll(); });

const print = document.getElementById("print");
print.hidden = false;
print.addEventListener("click", () => window.print());

poll();
