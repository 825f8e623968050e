// The running exam: one page that needs no network to move, and tells the truth about what is saved.

import { ServerClock } from "./clock.js";
import { Header } from "./header.js";
import { Heartbeat } from "./heartbeat.js";
import { ItemView } from "./item-view.js";
import { Navigator } from "./navigator.js";
import { Overlays } from "./overlays.js";
import { ask } from "./protocol.js";
import { REPORT, ReportDialog, Reports } from "./reports.js";
import { ReviewView } from "./review-view.js";
import { Sender } from "./sender.js";
import { announce } from "./windows.js";
import { word } from "./words.js";

const TICK_MS = 250;
const AGAIN_MS = 2000;

export class Runner {
  #slot = null;
  #place = null;
  #isLeaving = false;
  #isEnding = false;
  #isTakenOver = false;
  #isKept = true;
  /** Told whenever another item, or the review, is shown. */
  onShown = () => {};

  constructor({ config, content, model, journal, display }) {
    Object.assign(this, { config, model, content });
    this.clock = new ServerClock(content.opened_at, content.clock);
    this.sender = new Sender({ config, writer: content.writer, lastSeq: content.last_seq, clock: this.clock, journal, hears: this.#hears() });
    this.header = new Header(config, display);
    this.overlays = new Overlays();
    this.item = new ItemView(this.clock, (...said) => this.say(...said), (is) => this.#typing(is));
    this.review = new ReviewView(model, { onSubmit: () => this.#submit(), onLeave: () => this.#leave(model.toLeave) });
    this.reports = new Reports(config, journal, content.writer, {
      sent: (report) => this.#reported(report, "report-sent"),
      refused: (report) => this.#reported(report, "report-refused"),
    });
    this.reporting = new ReportDialog((...said) => this.reports.add(...said));
    this.navigator = new Navigator(model, (slot) => this.go(slot));
    this.heartbeat = new Heartbeat(config, {
      facts: () => ({ unsaved: this.sender.unsaved + Number(this.item.isDirty), slot: this.#slot }),
      hears: (told) => this.#pulse(told),
      isWaiting: () => this.clock.isPaused,
    });
  }

  /** Take up what an earlier window of this browser left unsent. */
  recover(leftovers) {
    const { writer } = this.sender;
    for (const entry of leftovers) {
      if (entry.kind === REPORT) {
        this.reports.restore(entry);
        continue;
      }
      // The window just before this one: nobody else has written since, so it is the newest word.
      const isNewest = entry.writer >= writer - 1;
      if (isNewest) this.#apply(entry);
      if (entry.writer === writer - 1) this.sender.adopt(entry);
      else this.sender.restore(entry);
    }
    return leftovers.length ? Promise.all([this.sender.flush(), this.reports.flush()]) : undefined;
  }

  #apply(entry) {
    if (entry.kind === "leave") this.model.leave(this.model.item(entry.slot).section, this.clock.instantOf(entry.elapsed_ms));
    else this.model.apply(entry);
  }

  start(slot) {
    this.header.isBegun = this.model.isBegun;
    this.header.saved(null);
    this.#listen();
    announce(this.config.attempt, () => this.#takenOver());
    if (slot) this.#show(this.model.isOpen(slot) ? slot : this.model.reachable[0] ?? null);
    else this.#show(null);
    history.replaceState(null, "", this.#url());
    setInterval(() => this.#tick(), TICK_MS);
    this.#tick();
    this.#heed(this.content.clock);
    this.heartbeat.beat();
  }

  #listen() {
    document.getElementById("go-previous").addEventListener("click", () => this.previous());
    document.getElementById("go-next").addEventListener("click", () => this.next());
    document.getElementById("go-review").addEventListener("click", () => this.go(null));
    document.getElementById("go-back").addEventListener("click", () => this.go(this.#place ?? this.model.reachable.at(-1)));
    addEventListener("popstate", () => this.#show(slotIn(location.pathname)));
    addEventListener("pagehide", () => this.#away());
    addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
    addEventListener("beforeunload", (event) => {
      this.item.commit();
      if (this.sender.unsaved && !this.#isLeaving) event.preventDefault();
    });
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.#away(); });
    document.getElementById("resume-form").addEventListener("submit", () => { this.#isLeaving = true; });
  }

  #away() {
    this.item.commit();
    this.sender.sendLast();
    if (!this.#isTakenOver) this.heartbeat.beatLast();
  }

  // --- moving ---

  get slot() {
    return this.#slot;
  }

  next() {
    if (this.#slot !== null) this.go(this.model.after(this.#slot) ?? null);
  }

  previous() {
    const before = this.#slot === null ? this.#place : this.model.before(this.#slot);
    if (before) this.go(before);
  }

  /** To an item, or with null to the review; without any network. */
  go(slot) {
    if (this.#isTakenOver || (slot !== null && !this.model.isOpen(slot))) return;
    this.#show(slot);
    history.pushState(null, "", this.#url());
    (slot === null ? this.review : this.item).focus();
    this.heartbeat.moved();
  }

  #url() {
    return this.#slot === null ? this.config.review : this.config.item.replace(/\d+$/, this.#slot);
  }

  #show(slot) {
    const isOpen = slot !== null && this.model.slots.includes(slot) && this.model.isOpen(slot);
    if (!isOpen) return this.#showReview();
    this.review.hide();
    this.#slot = this.#place = slot;
    const item = this.model.item(slot);
    this.item.show(item, this.model.withdrawn.has(slot));
    if (!item.seen) this.say("seen", slot, true);
    const total = this.model.slots.length;
    this.#frame(item.section, word("position", { n: slot, total }), word("question-of", { n: slot, total }));
  }

  #showReview() {
    this.item.hide();
    this.#slot = null;
    this.review.show();
    this.#frame(this.model.newest, word("review"), word("review"));
  }

  #frame(section, position, title) {
    document.title = document.title.replace(/^.*(?= · )/, () => title);
    this.header.place(this.model.titles[section], position);
    const isItem = this.#slot !== null;
    for (const id of ["go-previous", "go-review", "go-next"]) document.getElementById(id).hidden = !isItem;
    document.getElementById("go-back").hidden = isItem || !this.model.reachable.length;
    document.getElementById("go-previous").disabled = !isItem || !this.model.before(this.#slot);
    document.getElementById("go-next").textContent = word(isItem && this.model.after(this.#slot) ? "next" : "to-review");
    document.getElementById("open-report").hidden = !isItem;
    this.navigator.show(this.#slot);
    this.onShown();
  }

  // --- a problem with the item ---

  report() {
    this.item.commit();
    this.reporting.open(this.#slot);
  }

  #reported({ slot, text }, name) {
    if (this.reporting.isTelling) this.reporting.tell(word(name));
    else this.header.banner(`report ${slot} ${text}`, word(`${name}-later`, { n: slot }));
  }

  // --- saying and saving ---

  say(kind, slot, payload, elapsed) {
    this.model.apply({ kind, slot, payload });
    this.sender.add(kind, slot, payload, elapsed);
    this.navigator.show(this.#slot);
  }

  #typing(isUnderWay = true) {
    if (isUnderWay) this.header.state("saving", word("saving"));
    else this.sender.tell();
  }

  #hears() {
    return {
      saving: () => this.header.state("saving", word("saving")),
      saved: (at) => { if (!this.item.isDirty) this.header.saved(at); },
      waiting: () => this.header.state("waiting", word(this.#isKept ? "waiting" : "unkept")),
      unkept: () => { this.#isKept = false; },
      worth: (worth) => this.#worth(worth),
      clock: (told) => this.#adopt(told),
    };
  }

  #worth(worth) {
    if (worth === "stale_writer") this.#takenOver();
    else this.header.state("waiting", word(worth === "late" ? "late" : "closed-section"));
  }

  #takenOver() {
    if (this.#isTakenOver) return;
    this.item.commit();
    this.#isTakenOver = true;
    this.header.state("waiting", word("stale"));
    this.overlays.set("taken-over", true);
  }

  // --- what the server says ---

  #adopt(told) {
    this.clock.adopt(told);
    this.#heed(told);
  }

  #heed(told) {
    this.overlays.set("paused", told.paused);
    if (told.writer > this.sender.writer) this.#takenOver();
    else if (told.state !== "open" && !this.sender.unsaved) this.#leaveFor(this.config.timeUp);
  }

  /** While everybody waits nothing else can be read, so it is said there as well. */
  #announce(at, text) {
    this.header.banner(`${at} ${text}`, text);
    this.overlays.text("paused", text);
  }

  #pulse(told) {
    this.model.adopt(told.sections);
    this.model.withdrawn = new Set(told.withdrawn);
    if (this.#slot !== null) this.item.withdraw(this.model.withdrawn.has(this.#slot));
    for (const { at, text } of told.announcements) this.#announce(at, word("announced", { text }));
    this.#adopt(told);
    this.navigator.show(this.#slot);
    if (this.#slot !== null && !this.model.isOpen(this.#slot)) this.#enter();
    if (this.sender.unsaved) this.sender.flush();
    this.reports.flush();
  }

  // --- time ---

  get #partLeft() {
    const running = this.model.sections.filter((clock, n) => this.model.isRunning(n) && clock.deadline !== null);
    return Math.min(Infinity, ...running.map((clock) => this.clock.left(clock.deadline)));
  }

  readTime() {
    this.header.read(this.clock.left(), this.#partLeft);
  }

  #tick() {
    this.header.time(this.clock.left(), this.#partLeft);
    if (this.clock.isPaused || this.#isTakenOver) return;
    if (this.clock.left() === 0) this.#end();
    else for (const section of this.model.ended(this.clock.now())) this.#leave(section, this.model.sections[section].deadline);
  }

  /** Leave a section for the next; `endedAt` when its time ended it, not the learner. */
  #leave(section, endedAt) {
    this.item.commit();
    const slot = this.model.slotsOf(section).at(-1);
    const at = endedAt ?? this.clock.now();
    if (slot) this.sender.add("leave", slot, true, this.clock.elapsedAt(at));
    this.model.leave(section, at);
    if (endedAt !== undefined) this.header.banner(`section ${section}`, word("section-over", { n: section + 1 }));
    this.#enter();
  }

  #enter() {
    const [first] = this.model.slotsOf(this.model.newest);
    this.go(first ?? null);
  }

  /** Time is up: what was typed before counts, so it is sent before the page leads on. */
  async #end() {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.item.commit();
    this.overlays.text("time-up", word("time-up-sending"));
    this.overlays.set("time-up", true);
    await Promise.all([this.sender.flush(), this.reports.flush()]);
    const isHeard = await this.heartbeat.beat();
    if (this.clock.left() > 0) this.overlays.set("time-up", false); // time was added
    else if (isHeard && !this.sender.unsaved) return this.#leaveFor(this.config.timeUp);
    else {
      this.overlays.text("time-up", word(this.sender.unsaved ? "time-up-waiting" : "time-up-saved"));
      await new Promise((resolve) => { setTimeout(resolve, AGAIN_MS); });
    }
    this.#isEnding = false;
  }

  async #submit() {
    this.review.problem("");
    await Promise.all([this.sender.flush(), this.reports.flush()]);
    if (this.sender.unsaved) return this.review.problem(word("submit-waits"));
    const { told, refused } = await ask(this.config.submit, this.config, {});
    if (told?.receipt) this.#leaveFor(this.config.receipt);
    else if (refused === "taken_over") this.#takenOver();
    else this.review.problem(word("submit-failed"));
  }

  #leaveFor(url) {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    location.assign(url);
  }
}

function slotIn(path) {
  const found = /\/items\/(\d+)$/.exec(path);
  return found ? Number(found[1]) : null;
}
