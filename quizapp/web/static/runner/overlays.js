// What lies over the questions: another window went on, everybody waits, time is up.

const BLOCKING = ["taken-over", "paused", "time-up"];

export class Overlays {
  #wanted = new Set();

  constructor() {
    for (const name of BLOCKING) {
      const dialog = this.#of(name);
      dialog.addEventListener("cancel", (event) => event.preventDefault());
      // Browsers let a second Escape close any dialog; these stay until their reason is gone.
      dialog.addEventListener("close", () => { if (this.#wanted.has(name)) dialog.showModal(); });
    }
  }

  #of(name) {
    return document.getElementById(`overlay-${name}`);
  }

  /** Show or take away one; nothing below it can be reached. */
  set(name, isWanted) {
    const dialog = this.#of(name);
    if (isWanted) this.#wanted.add(name);
    else this.#wanted.delete(name);
    // While everybody waits the questions are out of sight, not only out of reach.
    if (name === "paused") document.body.classList.toggle("is-paused", isWanted);
    // In the moment between a forced close and the next opening, too.
    document.querySelector(".runner-body").inert = this.#wanted.size > 0;
    if (dialog.open === isWanted) return;
    if (isWanted) dialog.showModal();
    else dialog.close();
  }

  text(name, text) {
    this.#of(name).querySelector("[data-text]").textContent = text;
  }
}
