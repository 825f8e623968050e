// Pictures of every item, fetched at the start: later there may be no network.

const TRIES = 3;
const PAUSE_MS = 1000;
//: Kept, so that the browser keeps them too.
const kept = [];

function sources(html) {
  // What a template holds is inert: nothing is fetched by looking.
  const template = document.createElement("template");
  template.innerHTML = html;
  return [...template.content.querySelectorAll("img")].map((picture) => picture.getAttribute("src"));
}

async function fetchOne(source) {
  for (let tries = 1; ; tries += 1) {
    const picture = new Image();
    picture.src = source;
    try {
      await picture.decode();
      kept.push(picture);
      return;
    } catch (error) {
      if (tries === TRIES) throw error;
      await new Promise((resolve) => { setTimeout(resolve, PAUSE_MS * tries); });
    }
  }
}

/** All pictures of these pieces of markup are here; rejects when one cannot be had. */
export async function fetched(pieces) {
  await Promise.all([...new Set(pieces.flatMap(sources))].map(fetchOne));
}
