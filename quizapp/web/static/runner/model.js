// What this window knows of the attempt: items with what was said of them, sections, withdrawn items.

function instant(text) {
  return text ? Date.parse(text) : null;
}

export class Model {
  #items;
  withdrawn = new Set();

  constructor(content) {
    this.#items = content.items;
    this.titles = content.titles;
    this.sections = content.sections.map((told) => ({ ...told, deadline: instant(told.deadline) }));
  }

  get slots() {
    return this.#items.map((item) => item.slot);
  }

  get isBegun() {
    return this.#items.some((item) => item.seen);
  }

  item(slot) {
    return this.#items[slot - 1];
  }

  /** Change what is known by an entry, as the server will. */
  apply({ kind, slot, payload }) {
    const item = this.item(slot);
    item.seen = true;
    if (kind === "response") item.response = payload;
    if (kind === "flag") item.flag = payload;
    if (kind === "markup") item.markup = payload;
  }

  isRunning(section) {
    const clock = this.sections[section];
    return !clock || (clock.entered && !clock.left);
  }

  isOpen(slot) {
    return this.isRunning(this.item(slot).section);
  }

  get reachable() {
    return this.slots.filter((slot) => this.isOpen(slot));
  }

  before(slot) {
    return this.reachable.findLast((other) => other < slot);
  }

  after(slot) {
    return this.reachable.find((other) => other > slot);
  }

  count() {
    const items = (this.sections.length ? this.reachable : this.slots).map((slot) => this.item(slot));
    const answered = items.filter((item) => item.response !== null).length;
    return { answered, unanswered: items.length - answered, flagged: items.filter((item) => item.flag).length };
  }

  get answered() {
    return this.#items.filter((item) => item.response !== null).length;
  }

  // --- sections ---

  /** The running section that has to be left to go on; undefined when only submitting is left. */
  get toLeave() {
    const found = this.sections.findIndex(
      (clock, n) => this.isRunning(n) && n + 1 < this.sections.length && !this.sections[n + 1].entered);
    return found < 0 ? undefined : found;
  }

  get newest() {
    return this.sections.findLastIndex((_clock, n) => this.isRunning(n));
  }

  slotsOf(section) {
    return this.slots.filter((slot) => this.item(slot).section === section);
  }

  /** The running sections whose time is over. */
  ended(now) {
    return this.sections.flatMap((clock, n) => (this.isRunning(n) && clock.deadline !== null && clock.deadline <= now ? [n] : []));
  }

  leave(section, at) {
    const clock = this.sections[section];
    if (clock.restricts) clock.left = true;
    const next = this.sections[section + 1];
    if (!next || next.entered) return;
    next.entered = true;
    next.deadline = next.seconds === null ? null : at + next.seconds * 1000;
  }

  /** What the server says of sections; what was left here is left, though it may not have heard yet. */
  adopt(sections) {
    sections.forEach((told, n) => {
      const known = this.sections[n];
      if (!known) return;
      known.entered ||= told.entered;
      known.left ||= told.left;
      known.deadline = instant(told.deadline) ?? known.deadline;
    });
  }
}
