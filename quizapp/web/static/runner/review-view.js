// Before submitting, and before a section is left: three counts and the one button that goes on.

import { counted, word } from "./words.js";

export class ReviewView {
  #view = document.getElementById("review-view");
  #submit = document.getElementById("submit-confirm");
  #leave = document.getElementById("leave-section");

  constructor(model, { onSubmit, onLeave }) {
    this.model = model;
    document.getElementById("submit-yes").addEventListener("click", onSubmit);
    this.#leave.querySelector("button").addEventListener("click", onLeave);
  }

  get isShown() {
    return !this.#view.hidden;
  }

  hide() {
    this.#view.hidden = true;
    this.#submit.open = false;
  }

  show() {
    this.#view.hidden = false;
    const counts = this.model.count();
    for (const [name, n] of Object.entries(counts)) this.#view.querySelector(`[data-count=${name}]`).textContent = n;
    const { unanswered } = counts;
    this.#text("unanswered", unanswered ? counted("unanswered", unanswered) : word("all-answered"));
    if (this.model.toLeave === undefined) this.#showSubmit();
    else this.#showLeave(this.model.toLeave);
  }

  #showSubmit() {
    const { answered } = this.model;
    this.#text("heading", word("before-submit"));
    this.#submit.querySelector("summary").textContent = counted("submit", answered);
    this.#text("consequence", counted("submit-means", answered));
    this.#submit.hidden = false;
    this.#leave.hidden = true;
  }

  #showLeave(section) {
    const n = section + 1;
    const isBarrier = this.model.sections[section].restricts;
    this.#text("heading", word("before-leave", { n }));
    this.#text("barrier", word(isBarrier ? "no-way-back" : "way-back", { n }));
    this.#leave.querySelector("button").textContent = word("leave", { n });
    this.#submit.hidden = true;
    this.#leave.hidden = false;
  }

  #text(name, text) {
    this.#view.querySelector(`[data-text=${name}]`).textContent = text;
  }

  problem(text) {
    this.#text("problem", text);
  }

  focus() {
    this.#view.querySelector("h1").focus({ preventScroll: true });
    scrollTo(0, 0);
  }
}
