// Takes the server's plain page over once everything is here; if anything is missing, the page stays.

import { Calculator } from "./calculator.js";
import { Display } from "./display.js";
import { Journal } from "./journal.js";
import { Keys } from "./keys.js";
import { Model } from "./model.js";
import { fetched } from "./pictures.js";
import * as plain from "./plain.js";
import { ask, isClock } from "./protocol.js";
import { read } from "./responses.js";
import { Runner } from "./runner.js";
import { learn, word } from "./words.js";

const TRIES = 3;
const PAUSE_MS = 1000;

class NoJournal extends Error {}

const config = { ...document.getElementById("runner-config").dataset };
config.protocol = Number(config.protocol);
learn(document.getElementById("runner-words"));

const plainForm = document.getElementById("item-form");

/** Whether a control says something else than the page came with: nothing may depend on having listened. */
function isChanged(control) {
  if (control.matches("select")) {
    const first = [...control.options].findIndex((option) => option.defaultSelected);
    return control.selectedIndex !== Math.max(0, first);
  }
  if (control.matches("[type=radio], [type=checkbox]")) return control.checked !== control.defaultChecked;
  return control.matches("input, textarea") && control.value !== control.defaultValue;
}

async function content() {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const { told, refused } = await ask(config.content, config);
    if (told && isClock(told.clock)) return told;
    if (refused) break;
    if (tries < TRIES) await new Promise((resolve) => { setTimeout(resolve, PAUSE_MS * tries); });
  }
  throw new Error("no content");
}

async function journalFor(told) {
  try {
    const journal = await Journal.open(config.attempt, told.journal_key);
    return { journal, leftovers: await journal.all() };
  } catch {
    throw new NoJournal("this browser keeps nothing");
  }
}

function needModern() {
  const has = crypto.subtle && window.indexedDB && AbortSignal.timeout && Array.prototype.findLast
    && HTMLDialogElement.prototype.showModal;
  if (!has) throw new NoJournal("an old browser, or no secure connection");
}

/** Put the runner's own parts into the places of the plain page. */
function rebuild() {
  for (const template of document.querySelectorAll("template[data-into]")) {
    document.querySelector(template.dataset.into).replaceChildren(template.content.cloneNode(true));
  }
  for (const template of document.querySelectorAll("template[data-overlays]")) {
    document.body.append(template.content.cloneNode(true));
  }
  const calculator = document.getElementById("runner-calculator");
  if (calculator) document.querySelector(".runner-body").append(calculator.content.cloneNode(true));
}

/** What was entered on the plain page while the rest was on its way. */
function early(item) {
  if (!plainForm || ![...plainForm.elements].some(isChanged)) return [];
  const said = { response: read(plainForm, item.type), flag: plainForm.elements.flag.checked };
  return Object.entries(said).filter(([kind, payload]) => JSON.stringify(payload) !== JSON.stringify(item[kind]));
}

/** Where the learner is on the plain page, so that they are still there when it has been rebuilt. */
function place() {
  const { id, name, value, type, selectionStart } = document.activeElement;
  if (!plainForm?.contains(document.activeElement) || !name) return () => {};
  return () => {
    const alike = [...document.getElementById("item-form").elements].filter((control) => control.name === name && control.type === type);
    const found = alike.find((control) => control.id === id && control.value === value) ?? alike[0];
    found?.focus({ preventScroll: true });
    if (typeof selectionStart === "number") found?.setSelectionRange(selectionStart, selectionStart);
  };
}

/** A menu is out of the way again after a choice elsewhere, and by Escape. */
function closing(menu) {
  document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

function tools(display, runner, calculator) {
  const of = (id) => document.getElementById(id);
  of("zoom-in").addEventListener("click", () => display.zoom(1));
  of("zoom-out").addEventListener("click", () => display.zoom(-1));
  for (const [id, wish] of [["set-contrast", "contrast"], ["set-spacing", "spacing"], ["set-time", "hidesTime"]]) {
    of(id).checked = display.wishes[wish];
    of(id).addEventListener("change", (event) => display.set({ [wish]: event.target.checked }));
  }
  of("read-time").addEventListener("click", () => runner.readTime());
  const menu = document.querySelector(".tools-menu");
  closing(menu);
  const keys = of("overlay-keys");
  const over = (open) => () => { menu.open = false; open(); };
  const help = () => keys.showModal();
  const report = () => runner.report();
  of("open-keys").addEventListener("click", over(help));
  of("open-report").addEventListener("click", over(report));
  const onItem = (act) => () => (runner.slot === null ? false : act());
  return new Keys(display, {
    next: () => runner.next(),
    previous: () => runner.previous(),
    review: () => runner.go(null),
    time: () => runner.readTime(),
    help,
    calculator: () => (calculator ? calculator.open() : false),
    flag: onItem(() => runner.item.flag()),
    highlight: onItem(() => runner.item.highlight()),
    note: onItem(() => runner.item.note()),
    report: onItem(report),
    choose: (index) => runner.slot !== null && runner.item.choose(index),
    strike: (index) => runner.slot !== null && runner.item.strike(index),
  }, keys);
}

async function start() {
  needModern();
  const told = await content();
  await fetched(told.items.map((item) => item.html));
  const { journal, leftovers } = await journalFor(told);
  const model = new Model(told);
  const slot = Number(config.slot) || null;
  const entered = slot ? early(model.item(slot)) : [];
  const back = place();
  rebuild();
  const display = new Display();
  const runner = new Runner({ config, content: told, model, journal, display });
  const calculator = document.getElementById("calculator") && new Calculator((text) => runner.header.say(text));
  runner.onShown = () => calculator?.place();
  tools(display, runner, calculator);
  runner.recover(leftovers);
  for (const [kind, payload] of entered) runner.say(kind, slot, payload);
  runner.start(slot);
  back();
  document.documentElement.dataset.runner = "on";
}

start().catch((error) => {
  document.documentElement.dataset.runner = "off";
  plain.start(config, error instanceof NoJournal ? word("no-journal") : "");
});
