// One-key commands: listed on "?", each can be given another key, all can be switched off.

import { word } from "./words.js";

export const USUAL = { next: "j", previous: "k", flag: "f", review: "r", time: "t", highlight: "h", note: "n", report: "p", calculator: "=", help: "?" };
const ARROWS = { ArrowRight: "next", ArrowLeft: "previous" };
const TYPING = "input:not([type=radio], [type=checkbox]), textarea, select";
/** Inside these an arrow already has a meaning. */
const STEERING = "input, textarea, select, summary, [role=menu]";

export class Keys {
  #display;
  #commands;
  #waitsFor = null;

  /** `commands` has a function for each of USUAL, choose(index) and strike(index). */
  constructor(display, commands, dialog) {
    this.#display = display;
    this.#commands = commands;
    this.dialog = dialog;
    document.addEventListener("keydown", (event) => this.#pressed(event));
    dialog.addEventListener("click", (event) => this.#rename(event));
    dialog.addEventListener("close", () => this.#await(null));
    const isOn = dialog.querySelector("#keys-on");
    isOn.checked = display.wishes.usesKeys;
    isOn.addEventListener("change", () => display.set({ usesKeys: isOn.checked }));
    this.#list();
  }

  get #map() {
    return { ...USUAL, ...this.#display.wishes.keys };
  }

  #pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (this.#waitsFor) return this.#take(event);
    if (!this.#display.wishes.usesKeys || document.querySelector("dialog:modal, .runner-body[inert]")) return;
    if (event.target.matches(TYPING)) return;
    if (this.#command(event)) event.preventDefault();
  }

  #command(event) {
    const { key, target } = event;
    const arrow = target.matches(STEERING) ? undefined : ARROWS[key];
    const name = arrow ?? Object.entries(this.#map).find(([, wanted]) => wanted === key.toLowerCase())?.[0];
    if (name) return this.#commands[name]() !== false;
    const index = /^[1-9]$/.test(key) ? Number(key) - 1 : letterIndex(key);
    if (index < 0) return false;
    return event.shiftKey ? this.#commands.strike(index) : this.#commands.choose(index);
  }

  // --- giving a command another key ---

  #rename(event) {
    const button = event.target.closest("[data-command]");
    if (button) this.#await(button);
  }

  #await(button) {
    this.#waitsFor = button?.dataset.command ?? null;
    this.#list();
    if (button) button.textContent = word("press-key");
  }

  #take(event) {
    if (event.key === "Tab" || event.key === "Shift") return;
    event.preventDefault();
    const name = this.#waitsFor;
    const key = event.key.toLowerCase();
    const isTaken = Object.entries(this.#map).some(([other, known]) => other !== name && known === key);
    if (key.length === 1 && key !== " " && !isTaken) this.#display.set({ keys: { ...this.#display.wishes.keys, [name]: key } });
    this.#await(null);
  }

  #list() {
    for (const button of this.dialog.querySelectorAll("[data-command]")) {
      button.textContent = this.#map[button.dataset.command].toUpperCase();
    }
  }
}

function letterIndex(key) {
  return /^[a-z]$/i.test(key) ? key.toUpperCase().charCodeAt(0) - 65 : -1;
}
