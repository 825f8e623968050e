// One item: the markup the server made, filled in with what was said of it since.

import { Marks } from "./marks.js";
import { Regions } from "./regions.js";
import { fill, read } from "./responses.js";
import { word } from "./words.js";

const DEBOUNCE_MS = 400;

export class ItemView {
  #view = document.getElementById("item-view");
  #form = document.getElementById("item-form");
  #content = document.getElementById("item-content");
  #marks;
  #regions;
  #item = null;
  #known = {};
  #typedAt = null;
  #timer = null;

  /** `said(kind, slot, payload, elapsed)` is told every change, `typing()` that one is under way. */
  constructor(clock, said, typing) {
    Object.assign(this, { clock, said, typing });
    this.#marks = new Marks(this.#form, document.getElementById("runner-strike"), () => this.commit());
    this.#regions = new Regions(this.#content);
    this.#form.addEventListener("submit", (event) => { event.preventDefault(); this.commit(); });
    this.#form.addEventListener("change", () => this.commit());
    this.#form.addEventListener("input", (event) => this.#typed(event.target));
  }

  get isShown() {
    return !this.#view.hidden;
  }

  get isDirty() {
    return this.#typedAt !== null;
  }

  hide() {
    this.commit();
    this.#view.hidden = true;
  }

  show(item, isWithdrawn) {
    this.commit();
    this.#item = item;
    this.#view.hidden = false;
    this.#form.querySelector("h1").textContent = word("question", { n: item.slot });
    const template = document.createElement("template");
    template.innerHTML = item.html;
    this.#content.replaceChildren(template.content);
    fill(this.#content, item.response);
    this.#regions.show();
    this.#form.elements.flag.checked = item.flag;
    this.#marks.show(item.markup);
    this.#known = this.#read();
    this.withdraw(isWithdrawn);
  }

  withdraw(isWithdrawn) {
    document.getElementById("item-withdrawn").hidden = !isWithdrawn;
    document.getElementById("item-rest").hidden = isWithdrawn;
  }

  #read() {
    return {
      response: read(this.#form, this.#item.type),
      flag: this.#form.elements.flag.checked,
      markup: this.#marks.read(),
    };
  }

  /** Text is read while it is typed; when it was typed decides, not when it was read. */
  #typed(control) {
    if (!control.matches("input:not([type=radio], [type=checkbox]), textarea")) return;
    this.#typedAt = this.clock.elapsed();
    this.typing();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.commit(), DEBOUNCE_MS);
  }

  /** Say whatever differs from what was said last. */
  commit() {
    clearTimeout(this.#timer);
    if (!this.#item) return;
    const [now, at] = [this.#read(), this.#typedAt ?? undefined];
    this.#typedAt = null;
    const changed = Object.keys(now).filter((kind) => JSON.stringify(now[kind]) !== JSON.stringify(this.#known[kind]));
    this.#known = now;
    for (const kind of changed) this.said(kind, this.#item.slot, now[kind], at);
    if (at !== undefined && !changed.length) this.typing(false);
  }

  // --- by key ---

  choose(index) {
    const control = this.#content.querySelectorAll(".item-option-input")[index];
    if (!control) return false;
    control.focus();
    control.click();
    return true;
  }

  strike(index) {
    const button = this.#content.querySelectorAll(".item-strike")[index];
    button?.click();
    return Boolean(button);
  }

  flag() {
    this.#form.elements.flag.click();
  }

  highlight() {
    this.#marks.highlight();
  }

  note() {
    this.#form.querySelector("#note-panel").open = true;
    this.#form.elements.note.focus();
  }

  focus() {
    this.#form.querySelector("h1").focus({ preventScroll: true });
    scrollTo(0, 0);
  }
}
