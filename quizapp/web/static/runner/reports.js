// Problems with an item, told to its authors: kept on the device like answers until the server has them.

import { ask } from "./protocol.js";
import { word } from "./words.js";

export const REPORT = "report";

export class Reports {
  #queue = [];
  #running = null;

  /** `hears` has sent(report) and refused(report). */
  constructor(config, journal, writer, hears) {
    Object.assign(this, { config, journal, writer, hears });
    addEventListener("online", () => this.flush());
  }

  get waiting() {
    return this.#queue.length;
  }

  /** Whether it is with the server by the time there is an answer, or none. */
  async add(slot, text) {
    const report = { kind: REPORT, slot, text, writer: this.writer, client_seq: 0 };
    this.#queue.push(report);
    await this.journal.put(report).catch(() => {}); // then it is kept for as long as this window is open
    await this.flush();
    return !this.#queue.includes(report);
  }

  /** Take up what an earlier window could not send. */
  restore(report) {
    this.#queue.push(report);
  }

  /** Send what waits; whoever sends twice is told the same, for the same words are one report. */
  flush() {
    this.#running ??= this.#drain().finally(() => { this.#running = null; });
    return this.#running;
  }

  async #drain() {
    while (this.#queue.length) {
      const [report] = this.#queue;
      const { told, refused } = await ask(this.config.reports, this.config, { slot: report.slot, text: report.text });
      const isSent = told?.reported === true;
      if (!isSent && !refused) return;
      this.#queue.shift();
      await this.journal.remove([report]).catch(() => {});
      this.hears[isSent ? "sent" : "refused"](report);
    }
  }
}

export class ReportDialog {
  #dialog = document.getElementById("overlay-report");
  #form = document.getElementById("report-form");
  #button = document.getElementById("report-send");
  #state = this.#dialog.querySelector("[data-text]");
  #slot = null;

  /** `send(slot, text)` gives whether the server has it. */
  constructor(send) {
    this.send = send;
    this.#form.addEventListener("submit", (event) => { event.preventDefault(); this.#sent(); });
    this.#dialog.addEventListener("close", () => { this.#state.textContent = ""; });
  }

  get isTelling() {
    return this.#dialog.open && this.#form.hidden;
  }

  open(slot) {
    this.#slot = slot;
    this.#isAsking(true);
    this.#dialog.querySelector("h2").textContent = word("report-title", { n: slot });
    this.#dialog.showModal();
    this.#form.elements.report.focus();
  }

  async #sent() {
    const field = this.#form.elements.report;
    const text = field.value.trim();
    if (!text) return field.focus();
    this.#isAsking(false);
    this.#form.reset();
    this.tell(word("report-sending"));
    this.#dialog.querySelector("form[method=dialog] button").focus();
    if (!(await this.send(this.#slot, text))) this.tell(word("report-waits"));
  }

  #isAsking(isIt) {
    this.#form.hidden = this.#button.hidden = !isIt;
  }

  tell(text) {
    this.#state.textContent = text;
  }
}
