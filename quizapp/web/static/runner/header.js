// The header: where one is, the time left, what is saved. Nothing here speaks every second.

import { word } from "./words.js";

const SPOKEN_MINUTES = [30, 15, 5, 1];

export class Header {
  #config;
  #lastLeft = Infinity;
  #value = document.getElementById("clock-value");
  #clock = document.getElementById("clock");
  #state = document.getElementById("save-state");
  #voice = document.getElementById("runner-voice");
  #banners = document.getElementById("runner-banners");
  #announced = new Set();

  constructor(config, display) {
    this.#config = config;
    this.display = display;
    this.#banners.addEventListener("click", (event) => event.target.closest("button")?.parentElement.remove());
  }

  /** Whether the learner was here before. */
  isBegun = false;

  place(section, text) {
    if (section) document.querySelector(".runner-section").lastElementChild.textContent = section;
    document.querySelector(".runner-position").textContent = text;
  }

  // --- time ---

  /** `left` and, where the section has a limit of its own, `partLeft`: milliseconds. */
  time(left, partLeft) {
    const shown = this.display.wishes.hidesTime ? word("time-hidden") : spelled(Math.min(left, partLeft));
    if (this.#value.textContent !== shown) this.#value.textContent = shown;
    this.#clock.classList.toggle("is-short", Math.min(left, partLeft) <= 300000);
    this.#whole(left, partLeft);
    this.#speak(left);
  }

  #whole(left, partLeft) {
    const line = document.getElementById("clock-whole");
    line.hidden = partLeft >= left;
    const shown = this.display.wishes.hidesTime || line.hidden ? "" : word("whole-left", { time: spelled(left) });
    if (line.textContent !== shown) line.textContent = shown;
  }

  #speak(left) {
    const crossed = SPOKEN_MINUTES.filter((minutes) => left <= minutes * 60000 && this.#lastLeft > minutes * 60000);
    if (crossed.length && this.#lastLeft !== Infinity) this.say(word("minutes-left", { n: crossed.at(-1) }));
    this.#lastLeft = left;
  }

  read(left, partLeft) {
    const part = partLeft < left ? `${word("section-time-is", { time: spelled(partLeft) })} ` : "";
    this.say(part + word("time-is", { time: spelled(left) }));
  }

  /** Say something aloud, also when it was just said. */
  say(text) {
    this.#voice.textContent = "";
    requestAnimationFrame(() => { this.#voice.textContent = text; });
  }

  // --- what is saved ---

  state(kind, text) {
    this.#state.className = `save-state is-${kind}`;
    if (this.#state.textContent !== text) this.#state.textContent = text;
  }

  saved(at) {
    if (at === null) return this.state("saved", word(this.isBegun ? "ready-again" : "ready"));
    const time = new Intl.DateTimeFormat(document.documentElement.lang, {
      timeZone: this.#config.zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
    }).format(new Date(at));
    this.state("saved", word("saved", { time }));
  }

  // --- banners ---

  banner(id, text) {
    if (this.#announced.has(id)) return;
    this.#announced.add(id);
    const banner = document.getElementById("runner-banner").content.firstElementChild.cloneNode(true);
    banner.querySelector("p").textContent = text;
    this.#banners.append(banner);
  }
}

function spelled(milliseconds) {
  const seconds = Math.ceil(milliseconds / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (n) => String(n).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
