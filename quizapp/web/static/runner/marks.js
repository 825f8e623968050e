// The learner's own marks on an item: struck-out options, highlighted words, a note. Never scored.

import { covered, paint, selected, toggled } from "./highlights.js";
import { word } from "./words.js";

const MOST_HIGHLIGHTS = 60;
const EMPTY = { strikes: [], highlights: [], note: "" };

export class Marks {
  #form;
  #content;
  #button;
  #said = EMPTY;

  /** `onChange` is told the payload whenever a mark is made. */
  constructor(form, strikeTemplate, onChange) {
    this.#form = form;
    this.#content = form.querySelector("#item-content");
    this.#button = strikeTemplate.content.firstElementChild;
    this.onChange = onChange;
    this.#content.addEventListener("click", (event) => this.#clicked(event));
    form.querySelector("#highlight").addEventListener("click", () => this.highlight());
    form.querySelector("#highlight-clear").addEventListener("click", () => this.#change({ highlights: [] }));
    // A press on the button must not take away the selection it is about.
    form.querySelector("#highlight").addEventListener("pointerdown", (event) => event.preventDefault());
  }

  get #note() {
    return this.#form.elements.note;
  }

  get #roots() {
    return [...this.#content.querySelectorAll(".stimulus, .item-stem")];
  }

  show(markup) {
    this.#said = { ...EMPTY, ...markup };
    this.#note.value = this.#said.note;
    this.#form.querySelector("#note-panel").open = this.#said.note !== "";
    for (const label of this.#content.querySelectorAll("label.item-option")) this.#addStrike(label);
    this.#paint();
  }

  /** What the marks are now, null where there are none. */
  read() {
    const said = { ...this.#said, note: this.#note.value.trim() };
    return said.strikes.length || said.highlights.length || said.note ? said : null;
  }

  /** What is selected; without a selection, which keys alone cannot make, the whole question. */
  highlight() {
    const roots = this.#roots;
    const span = selected(roots) ?? covered(roots, roots.at(-1));
    const highlights = toggled(this.#said.highlights, span);
    if (highlights.length <= MOST_HIGHLIGHTS) this.#change({ highlights });
    document.getSelection().removeAllRanges();
  }

  strike(option) {
    const { strikes } = this.#said;
    const others = strikes.filter((id) => id !== option);
    this.#change({ strikes: others.length < strikes.length ? others : [...strikes, option] });
  }

  #change(said) {
    this.#said = { ...this.#said, ...said };
    this.#paint();
    this.onChange();
  }

  #addStrike(label) {
    const button = this.#button.cloneNode(true);
    button.dataset.option = label.querySelector("input").value;
    const letter = label.querySelector(".item-option-letter").textContent;
    button.setAttribute("aria-label", word("strike", { letter }));
    const row = document.createElement("div");
    row.className = "item-choice";
    label.replaceWith(row);
    row.append(label, button);
  }

  #clicked(event) {
    const button = event.target.closest(".item-strike");
    if (button) this.strike(button.dataset.option);
  }

  #paint() {
    paint(this.#roots, this.#said.highlights);
    for (const button of this.#content.querySelectorAll(".item-strike")) {
      const isStruck = this.#said.strikes.includes(button.dataset.option);
      button.setAttribute("aria-pressed", String(isStruck));
      button.parentElement.firstElementChild.classList.toggle("is-struck", isStruck);
    }
    this.#form.querySelector("#highlight-clear").hidden = !this.#said.highlights.length;
  }
}
