// The editor saves by itself while somebody writes, and says honestly how far it is. Buttons that add or
// move rows work in place. Without scripts the same form and buttons do the same, one page at a time.
const PAUSE = 1200;
const AGAIN = 5000;
const BESIDE = { "X-Part": "beside" }, FORM = { "X-Part": "form" };

const form = document.getElementById("draft-form");
const SIGN_IN = document.getElementById("sign-in-again").dataset.href;
let timer, running, lastArea, isChanged = false, isStopped = false, isSignedOut = false;

class SignedOut extends Error {}

function state(words, isBad = false) {
  const line = document.getElementById("save-state");
  line.textContent = words;
  line.classList.toggle("is-bad", isBad);
}

// What went wrong: nobody is signed in any more, or nothing came back.
function failure(error) {
  isSignedOut = error instanceof SignedOut;
  const link = document.getElementById("sign-in-again");
  // Whoever is signed in has nothing to look for there.
  link.href = SIGN_IN;
  link.hidden = !isSignedOut;
  state(isSignedOut ? form.dataset.signedOut : form.dataset.failed, true);
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

// Somebody who was signed out is led to another page, or their form is too old to be taken.
function isTurnedAway(answer) {
  return answer.status === 400 || (answer.redirected && new URL(answer.url).pathname === SIGN_IN);
}

// Whoever signed in again in another window goes on here, with a form that is taken.
async function isSignedInAgain() {
  const answer = await fetch(form.action);
  const page = answer.ok && !answer.redirected ? parsed(await answer.text()) : null;
  const fresh = page?.querySelector("#draft-form [name=csrf_token]");
  if (!fresh) return false;
  for (const old of document.querySelectorAll("[name=csrf_token]")) old.value = fresh.value;
  return true;
}

async function post(url, makeBody, headers) {
  let answer = await fetch(url, { method: "POST", body: makeBody(), headers });
  if (isTurnedAway(answer) && await isSignedInAgain()) {
    answer = await fetch(url, { method: "POST", body: makeBody(), headers });
  }
  if (isTurnedAway(answer)) throw new SignedOut();
  return answer;
}

async function send(makeBody, headers) {
  const answer = await post(form.action, makeBody, headers);
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
  running = send(() => new FormData(form), BESIDE);
  try {
    const text = await running;
    if (text === null) return;
    const page = parsed(text);
    const fresh = page.getElementById("fresh-saves");
    if (!fresh) throw new Error("no answer of ours");
    document.getElementById("saves").value = fresh.getAttribute("value");
    replaceParts(page);
    document.querySelector("button[value=undo]").disabled = false;
    isSignedOut = false;
    document.getElementById("sign-in-again").hidden = true;
    state(form.dataset[isChanged ? "unsaved" : "saved"]);
    if (isChanged) later(PAUSE);
  } catch (error) {
    isChanged = true;
    failure(error);
    later(AGAIN);
  } finally {
    running = null;
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
  const makeBody = () => {
    const body = new FormData(form);
    body.set("do", button.value);
    return body;
  };
  try {
    const text = await send(makeBody, FORM);
    if (text === null) return;
    const page = parsed(text);
    const fresh = page.getElementById("draft-form");
    if (!fresh) throw new Error("no answer of ours");
    form.replaceChildren(...fresh.childNodes);
    replaceParts(page);
    isChanged = false;
    focusAfter(button.value);
  } catch (error) {
    // Another page would take the text away from whoever is signed out.
    if (error instanceof SignedOut) {
      isChanged = true;
      failure(error);
      later(AGAIN);
    } else {
      form.requestSubmit(button);
    }
  }
}

// --- pictures ---------------------------------------------------------------------------

async function addPicture(picture) {
  try {
    const answer = await post(picture.action, () => new FormData(picture), { "X-Part": "picture" });
    const part = parsed(await answer.text()).getElementById("picture-part");
    if (!part) throw new Error("no answer of ours");
    document.getElementById("picture-part").replaceWith(part);
    const added = part.querySelector("#picture-reference");
    if (added) place(added);
    else part.querySelector(".is-invalid")?.focus();
  } catch (error) {
    if (error instanceof SignedOut) failure(error);
    else state(form.dataset.noPicture, true);
  }
}

// Into the fields of the picture with the regions, or where the cursor was last.
function place(added) {
  const isOfRegions = document.getElementById("is-of-regions")?.checked;
  if (isOfRegions) {
    for (const name of ["name", "width", "height", "alt"]) {
      form.elements[`picture.${name}`].value = added.dataset[name];
    }
    form.elements["picture.name"].dispatchEvent(new Event("input", { bubbles: true }));
    return;
  }
  const area = lastArea?.isConnected ? lastArea : form.elements.stem;
  area.setRangeText(added.value, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
  area.focus();
}

form.addEventListener("focusin", (event) => {
  if (event.target.matches("textarea")) lastArea = event.target;
});
document.getElementById("picture-regions")?.removeAttribute("hidden");
document.addEventListener("submit", (event) => {
  if (event.target.id !== "picture-form") return;
  event.preventDefault();
  addPicture(event.target);
});

// --- what starts it ---------------------------------------------------------------------

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
  if (isSignedOut) {
    event.preventDefault();
    save();
    return;
  }
  isChanged = false;
});
addEventListener("beforeunload", (event) => {
  if (isChanged) event.preventDefault();
});
