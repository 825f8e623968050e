// The save protocol: journal first, then batches, then an acknowledgement for each entry.

import { ask, isAcknowledgement } from "./protocol.js";

const MOST = 100;
const LONGEST_WAIT_MS = 15000;

export class Sender {
  #queue = [];
  #aside = [];
  #kept = Promise.resolve();
  #running = null;
  #timer = null;
  #misses = 0;
  #isSingle = false;
  #savedAt = null;
  #lastSeq;
  #lastElapsed;

  /** `hears` has saving(), saved(at; null: the learner has said nothing here yet), waiting(), unkept(), worth(disposition) and clock(facts). */
  constructor({ config, writer, lastSeq, clock, journal, hears }) {
    Object.assign(this, { config, writer, clock, journal, hears });
    this.#lastSeq = lastSeq;
    this.#lastElapsed = Number(remembered(this.#place)) || 0;
    addEventListener("online", () => this.flush());
  }

  get #place() {
    return `quizapp-elapsed-${this.config.attempt}-${this.writer}`;
  }

  get unsaved() {
    return this.#queue.length + this.#aside.length;
  }

  /** Say something new of a slot. `elapsed` is when it was made, where that is known better than now. */
  add(kind, slot, payload, elapsed = this.clock.elapsed()) {
    return this.#keep({ kind, slot, payload, elapsed_ms: elapsed });
  }

  /** Take up what an earlier window left: its own number and right if it still speaks for itself. */
  restore(entry) {
    this.#note(entry.elapsed_ms, entry.writer);
    if (entry.writer === this.writer) this.#lastSeq = Math.max(this.#lastSeq, entry.client_seq);
    this.#queue.push(entry);
  }

  /** Say again, as this window, what the window before could not send. */
  adopt(entry) {
    return this.#keep({ id: entry.id, kind: entry.kind, slot: entry.slot, payload: entry.payload, elapsed_ms: entry.elapsed_ms });
  }

  #keep(said) {
    this.#note(said.elapsed_ms, this.writer);
    const entry = { ...said, elapsed_ms: this.#lastElapsed, writer: this.writer, token: this.config.token, client_seq: ++this.#lastSeq };
    this.#queue.push(entry);
    this.hears.saving();
    this.#kept = this.#kept.then(() => this.journal.put(entry)).catch(() => this.hears.unkept());
    return this.#kept.then(() => this.flush());
  }

  /** Within a writer elapsed times never fall, also not over a reload. */
  #note(elapsed, writer) {
    if (writer !== this.writer || elapsed <= this.#lastElapsed) return;
    this.#lastElapsed = elapsed;
    remember(this.#place, elapsed);
  }

  /** Send what waits; resolves when nothing waits any more, or when it has to wait. */
  flush() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#running ??= this.#drain().finally(() => {
      this.#running = null;
      if (this.#queue.length && this.#timer === null) this.flush();
    });
    return this.#running;
  }

  async #drain() {
    while (this.#queue.length) {
      await this.#kept;
      const batch = this.#batch();
      const reply = await ask(this.config.events, { ...this.config, token: batch[0].token }, this.#body(batch));
      if (!(await this.#settle(batch, reply))) return this.#wait();
    }
  }

  #batch() {
    const { token } = this.#queue[0];
    const others = this.#queue.findIndex((entry) => entry.token !== token);
    const length = others > 0 ? others : this.#queue.length;
    return this.#queue.slice(0, Math.min(length, this.#isSingle ? 1 : MOST));
  }

  #body(batch) {
    const entries = batch.map(({ client_seq, slot, kind, payload, elapsed_ms }) => ({ client_seq, slot, kind, payload, elapsed_ms }));
    return { protocol: this.config.protocol, entries };
  }

  /** Whether the line is well; nothing leaves the queue without its own acknowledgement. */
  async #settle(batch, { told, refused, facts }) {
    if (told && isAcknowledgement(told, this.config.attempt)) return this.#acknowledge(batch, told);
    if (refused === "sequence_taken") return this.#renumber(batch[0].writer, Number(facts.last_seq));
    if (refused === "bad_batch" && batch.length > 1) return (this.#isSingle = true);
    if (refused === "bad_batch") {
      // One that can never be stored must not hold up the others; it stays in the journal, and unsaved.
      this.#aside.push(this.#queue.shift());
      return true;
    }
    return false;
  }

  async #acknowledge(batch, told) {
    const worth = new Map(told.acknowledged.map((entry) => [entry.client_seq, entry.disposition]));
    const durable = batch.filter((entry) => worth.has(entry.client_seq));
    if (!durable.length) return false;
    this.#queue = this.#queue.filter((entry) => !durable.includes(entry));
    this.#misses = 0;
    // Until the learner has said something there is nothing of theirs that could be saved.
    if (durable.some((entry) => entry.kind !== "seen")) this.#savedAt = told.server_now;
    this.hears.clock(told);
    await this.journal.remove(durable).catch(() => this.hears.unkept());
    const worst = durable.filter((e) => e.writer === this.writer).map((e) => worth.get(e.client_seq)).find((w) => w !== "counted");
    if (!this.unsaved) this.tell();
    if (worst) this.hears.worth(worst);
    return true;
  }

  /** Say again how things stand. */
  tell() {
    if (this.unsaved) this.hears.waiting();
    else this.hears.saved(this.#savedAt);
  }

  #renumber(writer, last) {
    if (!Number.isInteger(last)) return false;
    let seq = last;
    const changed = this.#queue.filter((entry) => entry.writer === writer);
    for (const entry of changed) entry.client_seq = ++seq;
    if (writer === this.writer) this.#lastSeq = seq;
    this.#kept = Promise.all(changed.map((entry) => this.journal.put(entry))).catch(() => this.hears.unkept());
    return this.#kept.then(() => true);
  }

  #wait() {
    this.hears.waiting();
    const pause = Math.min(1000 * 2 ** this.#misses++, LONGEST_WAIT_MS);
    this.#timer = setTimeout(() => this.flush(), pause);
  }

  /** The page goes away: send what there is without waiting for anything. Repeats change nothing. */
  sendLast() {
    if (!this.#queue.length) return;
    const batch = this.#batch();
    ask(this.config.events, { ...this.config, token: batch[0].token }, this.#body(batch), true);
  }
}

function remembered(place) {
  try {
    return localStorage.getItem(place);
  } catch {
    return null;
  }
}

function remember(place, value) {
  try {
    localStorage.setItem(place, String(value));
  } catch {
    // Only the order of times over a reload is lost with it.
  }
}
