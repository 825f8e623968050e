// Countdown and save-on-change for the plain exam pages. Everything works without this file;
// with it, an answer is stored when it is chosen rather than when the page is left.

const form = document.getElementById("item-form");
const clock = document.getElementById("clock");
const HEARTBEAT_MS = 20000;
const RETRY_MS = 4000;

// The client's wall clock is never trusted: seconds left come from the server and are counted
// down on the monotonic clock.
let endsAt = clock ? performance.now() + Number(clock.dataset.secondsLeft) * 1000 : Infinity;

function showTime() {
  const left = Math.max(0, Math.ceil((endsAt - performance.now()) / 1000));
  const value = document.getElementById("clock-value");
  value.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  clock.classList.toggle("is-short", left <= 300);
  if (left === 0 && form) leaveAtZero();
}

let left = false;
async function leaveAtZero() {
  if (left) return;
  left = true;
  await sendWaiting();
  await sendTyped();
  window.location.assign(form.dataset.timeUp);
}

// Numbers and short texts are read when the page is left: what was typed before zero is sent as the
// form would send it. It counts by arrival, with the tolerance that plain forms have.
async function sendTyped() {
  if (isDead || !form.elements.token) return;
  try {
    await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
  } catch {
    // Offline: the page that follows says what is saved and what is not.
  }
}

// --- saving -----------------------------------------------------------------

const state = document.getElementById("save-state");
let lastSeq = form ? Number(form.dataset.lastSeq) : 0;
let waiting = [];
let sending = null;
let isDead = false;

function say(kind, text) {
  state.className = `save-state is-${kind}`;
  state.textContent = text;
}

function read() {
  const data = new FormData(form);
  switch (form.dataset.type) {
    case "single_choice":
    case "true_false":
      return data.get("choice") ? { choice: data.get("choice") } : null;
    case "multiple_response": {
      const choices = data.getAll("choice").sort();
      return choices.length ? { choices } : null;
    }
    case "ordering":
      return keyed(data, "rank-", "ranks", Number);
    case "matching":
      return keyed(data, "match-", "pairs", String);
    default:
      // Numbers and short texts are read by the server alone, when the page is left.
      return undefined;
  }
}

function keyed(data, prefix, name, convert) {
  const found = {};
  for (const [field, value] of data.entries()) {
    if (field.startsWith(prefix) && value) found[field.slice(prefix.length)] = convert(value);
  }
  return Object.keys(found).length ? { [name]: found } : null;
}

function enqueue(kind, payload) {
  const slot = Number(form.dataset.slot);
  waiting = waiting.filter((entry) => entry.kind !== kind || entry.slot !== slot);
  waiting.push({ kind, slot, payload, elapsed_ms: Math.round(performance.now()) });
  return sendWaiting();
}

function sendWaiting() {
  sending ??= send().finally(() => { sending = null; });
  return sending;
}

async function send() {
  while (waiting.length && !isDead) {
    say("saving", form.dataset.saving);
    const batch = waiting.map((entry, index) => ({ ...entry, client_seq: lastSeq + index + 1 }));
    const answer = await post(batch);
    if (!answer) {
      say("waiting", form.dataset.waiting);
      setTimeout(sendWaiting, RETRY_MS);
      return;
    }
    settle(batch, answer);
  }
}

async function post(batch) {
  try {
    const response = await fetch(form.dataset.events, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Attempt-Token": form.elements.token.value },
      body: JSON.stringify({ protocol: Number(form.dataset.protocol), entries: batch }),
    });
    const body = await response.json();
    // A captive portal also answers 200: only the protocol's own reply counts as one.
    const isOurs = body.protocol === Number(form.dataset.protocol) || body.code === "sequence_taken";
    return isOurs ? body : null;
  } catch {
    return null;
  }
}

function settle(batch, answer) {
  if (answer.code === "sequence_taken") {
    lastSeq = Number(answer.last_seq);
    return;
  }
  const durable = new Map(answer.acknowledged.map((entry) => [entry.client_seq, entry.disposition]));
  lastSeq = Math.max(lastSeq, ...durable.keys());
  waiting = waiting.filter((entry) => !batch.some(
    (sent) => sent.kind === entry.kind && sent.slot === entry.slot
      && sent.payload === entry.payload && durable.has(sent.client_seq)));
  adopt(answer);
  const dispositions = [...durable.values()];
  if (dispositions.includes("stale_writer")) {
    isDead = true;
    say("waiting", form.dataset.stale);
  } else if (dispositions.includes("late")) {
    say("waiting", form.dataset.late);
  } else {
    const time = new Date(answer.server_now).toLocaleTimeString();
    say("saved", `${form.dataset.saved} ${time}`);
  }
}

function adopt(answer) {
  const seconds = (Date.parse(answer.deadline) - Date.parse(answer.server_now)) / 1000;
  endsAt = performance.now() + seconds * 1000;
}

async function beat() {
  try {
    const response = await fetch(form.dataset.heartbeat, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Attempt-Token": form.elements.token.value },
      body: JSON.stringify({ unsaved: waiting.length, slot: Number(form.dataset.slot) }),
    });
    const body = await response.json();
    if (body.protocol === Number(form.dataset.protocol)) adopt(body);
  } catch {
    // Offline: the countdown goes on by itself and saving says what is not saved.
  }
}

if (form) {
  form.addEventListener("change", (event) => {
    if (event.target.name === "flag") return enqueue("flag", event.target.checked);
    const response = read();
    return response === undefined ? undefined : enqueue("response", response);
  });
  setInterval(beat, HEARTBEAT_MS);
}

// Last: a page that opens at zero leaves at once, and needs everything above.
if (clock) {
  showTime();
  setInterval(showTime, 500);
}
