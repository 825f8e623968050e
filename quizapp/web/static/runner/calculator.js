// The calculator of exams that allow one: beside the question, never over it; it keeps what is written
// while one moves on. What it works out is worked out here, see arithmetic.js.

import { evaluate, shown, Unreadable } from "./arithmetic.js";
import { word } from "./words.js";

const LONGEST = 60;

export class Calculator {
  #dialog = document.getElementById("calculator");
  #button = document.getElementById("open-calculator");
  #field = document.getElementById("calculator-field");
  #result = document.getElementById("calculator-result");
  #use = document.getElementById("calculator-use");
  #exact = new Map();
  #isResult = false;
  #cameFrom = null;

  /** `say(text)` reads a result aloud. */
  constructor(say) {
    this.say = say;
    this.#button.addEventListener("click", () => (this.#dialog.open ? this.close() : this.open()));
    this.#dialog.addEventListener("click", (event) => this.#clicked(event.target.closest("button")));
    this.#dialog.addEventListener("keydown", (event) => this.#pressed(event));
    this.#field.addEventListener("beforeinput", (event) => this.#begins(event.data));
    this.#field.addEventListener("input", () => this.#preview());
    this.#use.addEventListener("click", () => this.#put());
  }

  /** Show it, or come back to it. */
  open() {
    if (!this.#dialog.contains(document.activeElement)) this.#cameFrom = document.activeElement;
    if (!this.#dialog.open) this.#dialog.show();
    this.#button.setAttribute("aria-expanded", "true");
    this.place();
    this.#field.focus();
  }

  close() {
    this.#dialog.close();
    this.#button.setAttribute("aria-expanded", "false");
    const isThere = this.#cameFrom?.isConnected && this.#cameFrom.offsetParent;
    (isThere ? this.#cameFrom : this.#button).focus({ preventScroll: true });
  }

  get #answer() {
    return document.querySelector("#item-view:not([hidden]) #item-content input[name=number]");
  }

  /** Another item is shown: only some have a field for a number. */
  place() {
    this.#use.hidden = !this.#answer;
  }

  // --- keys and buttons ---

  /** Keys pressed here are numbers and signs, none of the exam's commands. */
  #pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.stopPropagation();
    const isOnButton = event.target.matches("button");
    if (event.key === "Escape") this.close();
    else if (event.key === "=" || (event.key === "Enter" && !isOnButton)) this.#equals();
    else if (isOnButton && /^[\d.,+\-*/x:()%]$/.test(event.key)) this.#type(event.key);
    else return;
    event.preventDefault();
  }

  #clicked(button) {
    const key = button?.dataset.key;
    if (key === "close") this.close();
    else if (key === "clear") this.#write("");
    else if (key === "back") this.#write(this.#field.value.slice(0, -1));
    else if (key === "=") this.#equals();
    else if (key) this.#type(key);
  }

  /** After a result a sign goes on with it, a number begins anew. */
  #begins(text) {
    if (this.#isResult && /^[\d.,(]/.test(text ?? "")) this.#field.value = "";
    this.#isResult = false;
  }

  #type(text) {
    this.#begins(text);
    if (this.#field.value.length < LONGEST) this.#write(this.#field.value + text);
  }

  #write(text) {
    this.#field.value = text;
    this.#field.scrollLeft = this.#field.scrollWidth;
    this.#preview();
  }

  // --- working out ---

  #value() {
    try {
      const value = evaluate(this.#field.value, this.#exact);
      return { value, ...shown(value) };
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      return { problem: error.message };
    }
  }

  /** What comes out so far; while something is unfinished, nothing. */
  #preview() {
    const { text, isRounded, problem } = this.#value();
    if (problem) this.#show(problem === "comma" ? word("calculator-comma") : "");
    else this.#show(text === this.#field.value ? "" : `${isRounded ? "≈" : "="} ${text}`);
  }

  #equals() {
    if (!this.#field.value.trim()) return;
    const { value, text, isRounded, problem } = this.#value();
    if (problem) {
      this.#show(word(`calculator-${problem}`));
      return this.say(word(`calculator-${problem}`));
    }
    // Going on with what is shown goes on with the exact number.
    if (isRounded) this.#exact.set(text.replace("-", ""), value.top < 0n ? { top: -value.top, bottom: value.bottom } : value);
    this.#show(`${this.#field.value} ${isRounded ? "≈" : "="}`);
    this.#field.value = text;
    this.#isResult = true;
    this.say(word("calculator-result", { result: text }));
  }

  #show(text) {
    this.#result.textContent = text;
  }

  /** The number becomes the answer of the item that is shown, as if it had been typed. */
  #put() {
    const { text, problem } = this.#value();
    if (problem || !this.#answer) return this.#equals();
    this.#answer.value = text.slice(0, this.#answer.maxLength);
    this.#answer.dispatchEvent(new Event("input", { bubbles: true }));
    this.say(word("calculator-used", { result: text }));
  }
}
