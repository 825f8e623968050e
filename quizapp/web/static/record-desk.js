// The record list answers while one types; boxes are ticked all at once; a file's progress is kept fresh.
// Without scripts the same forms and links do the same, one page at a time.
const WAIT = 250;
const LEAST = 2;

async function fetchPart(url, id, signal) {
  const answer = await fetch(url, { signal, headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.getElementById(id);
}

function searchAsYouType(form) {
  let timer, running;
  const ask = async () => {
    running?.abort();
    running = new AbortController();
    const wanted = [...new FormData(form)].filter(([, value]) => value);
    const url = `${form.action}?${new URLSearchParams(wanted)}`;
    try {
      const found = await fetchPart(url, "record-results", running.signal);
      if (!found) return;
      document.getElementById("record-results").replaceWith(found);
      history.replaceState(null, "", url);
      addSelectAll();
    } catch (error) {
      // Nothing is lost: the button searches as before.
      if (error.name !== "AbortError") form.querySelector("button[type=submit]").hidden = false;
    }
  };
  form.addEventListener("input", (event) => {
    clearTimeout(timer);
    const typed = event.target.value.trim().length;
    if (event.target.type === "search" && typed > 0 && typed < LEAST) return;
    timer = setTimeout(ask, WAIT);
  });
}

function addSelectAll() {
  const place = document.getElementById("select-all");
  const boxes = [...document.querySelectorAll("input[name=serial]")];
  const bar = document.getElementById("selected-bar");
  if (!place || !boxes.length) return;
  const all = place.querySelector("input");
  place.hidden = false;
  const show = () => {
    const count = boxes.filter((box) => box.checked).length;
    bar.querySelector("[data-count]").textContent = count;
    all.checked = count === boxes.length;
    all.indeterminate = count > 0 && count < boxes.length;
  };
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    show();
  });
  for (const box of boxes) box.addEventListener("change", show);
  show();
}

function keepFresh(element) {
  setTimeout(async () => {
    const fresh = await fetchPart(location.href, element.id).catch(() => null);
    if (fresh) element.replaceWith(fresh);
    const next = fresh ?? element;
    if ("refresh" in next.dataset) keepFresh(next);
  }, 1000 * Number(element.dataset.refresh));
}

document.querySelectorAll("form.record-search").forEach(searchAsYouType);
document.querySelectorAll("[data-refresh]").forEach(keepFresh);
addSelectAll();
