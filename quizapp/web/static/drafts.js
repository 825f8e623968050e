// The editor saves by itself while somebody writes, and says honestly how far it is. Buttons that add or
// move rows work in place. Without scripts the same form and buttons do the same, one page at a time.
const PAUSE = 1200;
const AGAIN = 5000;
const BESIDE = { "X-Part": "beside" }, FORM = { "X-Part": "form" };

const form = document.getElementById("draft-form");
let timer, running, isChanged = false, isStopped = false;

function state(words, isBad = false) {
  const line = document.getElementById("save-state");
  line.textContent = words;
  line.classList.toggle("is-bad", isBad);
}

function parsed(text) {
  return new DOMParser().parseFromString(text, "text/html");
}

function replaceParts(page) {
  for (const id of ["advice", "shown"]) {
    const fresh = page.getElementById(id);
    if (fresh) document.getElementById(id).replaceWith(fresh);
  }
}

async function send(body, headers) {
  const answer = await fetch(form.action, { method: "POST", body, headers });
  if (answer.status === 409) {
    isStopped = true;
    state((await answer.json()).title, true);
    return null;
  }
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.text();
}

async function save() {
  if (isStopped || running) return;
  isChanged = false;
  state(form.dataset.saving);
  running = send(new FormData(form), BESIDE);
  try {
    const text = await running;
    if (text === null) return;
    const page = parsed(text);
    const fresh = page.getElementById("fresh-saves");
    // Whoever was signed out meanwhile gets another page, and nothing was kept.
    if (!fresh) throw new Error("no answer of ours");
    document.getElementById("saves").value = fresh.getAttribute("value");
    replaceParts(page);
    document.querySelector("button[value=undo]").disabled = false;
    state(form.dataset[isChanged ? "unsaved" : "saved"]);
  } catch {
    isChanged = true;
    state(form.dataset.failed, true);
    later(AGAIN);
  } finally {
    running = null;
    if (isChanged && !isStopped) later(PAUSE);
  }
}

function later(pause) {
  clearTimeout(timer);
  timer = setTimeout(save, pause);
}

// A row is added, removed or moved: the form comes back as the server sees it.
async function act(button) {
  clearTimeout(timer);
  // Its own save tells what went wrong with it.
  await running?.catch(() => null);
  const body = new FormData(form);
  body.set("do", button.value);
  try {
    const text = await send(body, FORM);
    if (text === null) return;
    const page = parsed(text);
    const fresh = page.getElementById("draft-form");
    if (!fresh) throw new Error("no answer of ours");
    form.replaceChildren(...fresh.childNodes);
    replaceParts(page);
    isChanged = false;
    focusAfter(button.value);
  } catch {
    form.requestSubmit(button);
  }
}

function focusAfter(value) {
  const [verb, path] = value.split(":");
  const list = document.getElementById(`f-${path.replace(/\.\d+$/, "").replaceAll(".", "-")}`);
  if (!list) return;
  const same = form.querySelector(`button[value="${value}"]`);
  const rows = list.querySelectorAll(":scope > .field-row, :scope > .field-line");
  const last = rows[rows.length - 1]?.querySelector("textarea, input:not([type=hidden]), select");
  (verb === "add" ? last : (same ?? list.querySelector("button")))?.focus();
}

form.addEventListener("input", () => {
  isChanged = true;
  if (isStopped) return;
  state(form.dataset.unsaved);
  later(PAUSE);
});
form.addEventListener("submit", (event) => {
  const button = event.submitter;
  clearTimeout(timer);
  if (button?.value.includes(":") && !isStopped) {
    event.preventDefault();
    act(button);
    return;
  }
  isChanged = false;
});
addEventListener("beforeunload", (event) => {
  if (isChanged) event.preventDefault();
});
