// A table to write in works like a spreadsheet; without this it is a form like any other.
const form = document.getElementById("grid-form");
const rows = form ? [...form.querySelectorAll("tbody tr")] : [];
const lines = rows.map((row) => [...row.cells].slice(1).map((cell) => cell.querySelector("textarea, input, select")));
const cells = lines.flat().filter(Boolean);
const undone = [];
let before = "", lost = 0, isLeaving = false;

const placeOf = (control) => {
  const row = lines.findIndex((line) => line.includes(control));
  return [row, lines[row].indexOf(control)];
};
const isAtWork = (control) => control.hasAttribute("data-at-work");
const first = (control) => (control.matches("select")
  ? [...control.options].find((option) => option.defaultSelected)?.value ?? control.options[0].value
  : control.defaultValue);

function tell() {
  let n = 0;
  for (const control of cells) {
    const isChanged = control.value !== first(control);
    control.classList.toggle("is-changed", isChanged);
    n += Number(isChanged);
  }
  const { unchanged, changedOne, changedMany, lostOne, lostMany } = form.dataset;
  const words = [n === 0 ? unchanged : n === 1 ? changedOne : changedMany.replace("{n}", n)];
  if (lost) words.push(lost === 1 ? lostOne : lostMany.replace("{n}", lost));
  document.getElementById("grid-state").textContent = words.join(". ");
  return n;
}

function begin(control) {
  before = control.value;
  control.setAttribute("data-at-work", "");
  if (!control.matches("select")) {
    control.readOnly = false;
    control.setSelectionRange(control.value.length, control.value.length);
  }
}

function end(control, keeps = true) {
  if (!isAtWork(control)) return;
  control.removeAttribute("data-at-work");
  if (!control.matches("select")) control.readOnly = true;
  if (!keeps) control.value = before;
  else if (control.value !== before) undone.push([[control, before]]);
  tell();
}

/** Put texts into cells; `unplaced` are those of a paste that have no cell. */
function set(pairs, unplaced = 0) {
  const done = [];
  lost = unplaced;
  for (const [control, text] of pairs) {
    const old = control.value;
    const option = control.matches("select")
      ? [...control.options].find((one) => [one.value, one.text].some((word) => word.toLowerCase() === text.trim().toLowerCase()))
      : null;
    if (control.matches("select") && !option) {
      lost += 1;
      continue;
    }
    control.value = option ? option.value : text;
    if (control.value !== old) done.push([control, old]);
  }
  if (done.length) undone.push(done);
  tell();
}

function undo() {
  for (const [control, text] of undone.pop() ?? []) control.value = text;
  tell();
}

function go(control, down, right) {
  let [row, column] = placeOf(control);
  do {
    row += down;
    column += right;
  } while (lines[row] && column >= 0 && column < lines[row].length && !lines[row][column]);
  lines[row]?.[column]?.focus();
}

function above(control) {
  const [row, column] = placeOf(control);
  const found = lines.slice(0, row).findLast((line) => line[column]);
  if (found) set([[control, found[column].value]]);
}

// What spreadsheets copy: tabs between cells, lines between rows, quotes around what holds either.
function parsed(text) {
  const told = [[""]];
  let isQuoted = false;
  const clean = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  for (let at = 0; at < clean.length; at += 1) {
    const sign = clean[at], line = told.at(-1);
    if (isQuoted && sign === '"' && clean[at + 1] === '"') {
      line[line.length - 1] += '"';
      at += 1;
    } else if (sign === '"' && (isQuoted || line.at(-1) === "")) isQuoted = !isQuoted;
    else if (!isQuoted && sign === "\t") line.push("");
    else if (!isQuoted && sign === "\n") told.push([""]);
    else line[line.length - 1] += sign;
  }
  return told;
}

function paste(control, text) {
  const [row, column] = placeOf(control);
  const all = parsed(text).flatMap((line, down) => line.map((word, right) => [lines[row + down]?.[column + right], word]));
  const placed = all.filter(([found]) => found);
  set(placed, all.length - placed.length);
}

const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function atRest(event, control) {
  const isControl = event.ctrlKey || event.metaKey;
  const move = MOVES[event.key];
  if (move && !isControl && !event.altKey) go(control, ...move);
  else if (event.key === "Enter" || event.key === "F2") begin(control);
  else if (isControl && event.key.toLowerCase() === "d") above(control);
  else if (isControl && event.key.toLowerCase() === "z") undo();
  else return;
  event.preventDefault();
}

function atWork(event, control) {
  if (event.key === "Escape") end(control, false);
  else if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
    end(control);
    go(control, 1, 0);
  } else return;
  event.preventDefault();
}

for (const control of cells) {
  if (!control.matches("select")) control.readOnly = true;
  control.addEventListener("keydown", (event) => (isAtWork(control) ? atWork : atRest)(event, control));
  control.addEventListener("pointerup", () => { if (!isAtWork(control) && document.activeElement === control) begin(control); });
  control.addEventListener("blur", () => end(control));
  control.addEventListener("change", () => tell());
  control.addEventListener("paste", (event) => {
    if (isAtWork(control)) return;
    event.preventDefault();
    paste(control, event.clipboardData.getData("text/plain"));
  });
}
if (form) {
  document.getElementById("grid-keys").hidden = false;
  form.addEventListener("submit", () => { isLeaving = true; });
  addEventListener("beforeunload", (event) => { if (!isLeaving && tell()) event.preventDefault(); });
  tell();
}
