// Says of each line whether it is fine here. The words are the page's own.
const CLOCK_SECONDS = 60;
const SLOW_MS = 1000;
const TRIES = 5;
const list = document.getElementById("checks");

function say(name, isFine) {
  const line = list.querySelector(`[data-check="${name}"]`);
  const chip = line.querySelector(".chip");
  line.querySelector("dd").textContent = isFine ? line.dataset.ok : line.dataset.bad;
  chip.textContent = isFine ? line.dataset.fine : line.dataset.look;
  chip.className = `chip chip-${isFine ? "ok" : "attention"}`;
}

function storage() {
  return new Promise((resolve) => {
    try {
      const name = "system-check";
      const request = indexedDB.open(name);
      request.onerror = () => resolve(false);
      request.onblocked = () => resolve(false);
      request.onupgradeneeded = () => request.result.createObjectStore("tried").put(1, 1);
      request.onsuccess = () => {
        request.result.close();
        indexedDB.deleteDatabase(name);
        resolve(true);
      };
    } catch {
      resolve(false);
    }
  });
}

async function ask() {
  const begun = performance.now();
  const answer = await fetch(list.dataset.now, { cache: "no-store", redirect: "error" });
  const told = await answer.json();
  return { took: performance.now() - begun, server: Date.parse(told.server_now) };
}

async function connection() {
  try {
    const told = [];
    for (let n = 0; n < TRIES; n += 1) told.push(await ask());
    const last = told.at(-1);
    say("time", Math.abs(Date.now() - last.took / 2 - last.server) < CLOCK_SECONDS * 1000);
    say("connection", Math.max(...told.map((one) => one.took)) < SLOW_MS);
  } catch {
    say("connection", false);
  }
}

say("scripts", true);
storage().then((isFine) => say("storage", isFine));
connection();
