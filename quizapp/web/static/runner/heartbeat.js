// Signs of life: every 20 s, sooner after a move, and more often while everybody waits.

import { ask, isClock } from "./protocol.js";

const BEAT_MS = 20000;
const WAITING_MS = 5000;
const MOVED_MS = 2000;

export class Heartbeat {
  #timer;
  #hasMoved = false;

  /** `facts` gives what is told ({unsaved, slot}); `hears` is told the answer. */
  constructor(config, { facts, hears, isWaiting }) {
    Object.assign(this, { config, facts, hears, isWaiting });
    this.#plan();
    addEventListener("online", () => this.beat());
  }

  #plan(pause = this.isWaiting() ? WAITING_MS : BEAT_MS) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.beat(), pause);
  }

  /** The place has changed: soon say where, so that another device could go on there. */
  moved() {
    this.#hasMoved = true;
    this.#plan(MOVED_MS);
  }

  /** Whether the server has answered. */
  async beat() {
    clearTimeout(this.#timer);
    this.#hasMoved = false;
    const { told } = await ask(this.config.heartbeat, this.config, this.facts());
    const isHeard = Boolean(told) && isClock(told);
    if (isHeard) this.hears(told);
    // A move while this one was under way is told soon, not with the next usual one.
    if (!this.#hasMoved) this.#plan();
    return isHeard;
  }

  /** The page goes away. */
  beatLast() {
    ask(this.config.heartbeat, this.config, this.facts(), true);
  }
}
