// Regions of a picture: a press on one is a press on its row in the list, which always does the same.

export class Regions {
  #content;

  constructor(content) {
    this.#content = content;
    content.addEventListener("click", (event) => event.target.closest("[data-control]") && this.#press(event.target));
    content.addEventListener("change", () => this.show());
  }

  /** Outline what is chosen; the list says it in words. */
  show() {
    for (const shape of this.#content.querySelectorAll("[data-control]")) {
      shape.classList.toggle("is-chosen", this.#control(shape).checked);
    }
  }

  #press(target) {
    this.#control(target.closest("[data-control]")).click();
  }

  #control(shape) {
    return document.getElementById(shape.dataset.control);
  }
}
