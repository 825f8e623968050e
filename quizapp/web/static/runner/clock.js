// The server's clock by the client's reckoning: its last word plus what has passed since on the
// monotonic clock. The wall clock of this device is never asked.

export class ServerClock {
  #anchor;
  #openedAt;
  #frozenAt = null;

  constructor(openedAt, facts) {
    // Dates here know no microseconds. Rounded up, so that what was made at an end is not after it.
    this.#openedAt = Date.parse(openedAt) + 1;
    this.adopt(facts);
  }

  adopt(facts) {
    this.#anchor = { server: Date.parse(facts.server_now), local: performance.now() };
    this.deadline = Date.parse(facts.deadline);
    // While everybody waits the time left stands still; the deadline moves when the wait ends.
    this.#frozenAt = facts.paused ? (this.#frozenAt ?? this.#anchor.server) : null;
  }

  get isPaused() {
    return this.#frozenAt !== null;
  }

  now() {
    return this.#anchor.server + performance.now() - this.#anchor.local;
  }

  /** Milliseconds since the attempt was opened. */
  elapsed() {
    return Math.max(0, Math.floor(this.now() - this.#openedAt));
  }

  elapsedAt(instant) {
    return Math.max(0, Math.floor(instant - this.#openedAt));
  }

  instantOf(elapsed) {
    return this.#openedAt + elapsed;
  }

  left(until = this.deadline) {
    return Math.max(0, until - (this.#frozenAt ?? this.now()));
  }
}
