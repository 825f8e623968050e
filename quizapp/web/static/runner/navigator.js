// The list of places: shape and colour for the eye, words for the ear.

import { word } from "./words.js";

export class Navigator {
  #buttons = new Map();
  #model;

  constructor(model, onGo) {
    this.#model = model;
    const list = document.querySelector(".slots");
    const template = document.getElementById("runner-slot").content.firstElementChild;
    list.replaceChildren(...model.slots.map((slot) => this.#entry(template, slot)));
    list.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button && button.getAttribute("aria-disabled") !== "true") onGo(Number(button.dataset.slot));
    });
  }

  #entry(template, slot) {
    const entry = template.cloneNode(true);
    const button = entry.firstElementChild;
    button.dataset.slot = slot;
    button.querySelector(".slot-number").textContent = slot;
    this.#buttons.set(slot, button);
    return entry;
  }

  show(current) {
    for (const [slot, button] of this.#buttons) this.#paint(button, this.#model.item(slot), slot === current);
    const { answered, slots } = this.#model;
    document.querySelector(".slots-panel .count").textContent = word("answered-of", { answered, total: slots.length });
  }

  #paint(button, item, isCurrent) {
    const isLocked = !this.#model.isOpen(item.slot);
    const isWithdrawn = this.#model.withdrawn.has(item.slot);
    const isAnswered = item.response !== null;
    const said = [word(isAnswered ? "answered" : item.seen ? "seen" : "unseen")];
    if (item.flag) said.push(word("flagged"));
    if (isLocked) said.push(word("locked"));
    if (isWithdrawn) said.push(word("withdrawn"));
    const classes = { "is-answered": isAnswered, "is-flagged": item.flag, "is-unseen": !item.seen, "is-current": isCurrent, "is-locked": isLocked, "is-withdrawn": isWithdrawn };
    for (const [name, holds] of Object.entries(classes)) button.classList.toggle(name, holds);
    button.querySelector(".slot-state").textContent = `, ${said.join(", ")}`;
    button.setAttribute("aria-disabled", String(isLocked));
    if (isCurrent) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}
