// Between the controls of an item and its canonical response (quizapp/domain/item_types).

const PLAIN_NUMBER = /^-?[0-9]+(\.[0-9]+)?$/;

/** The response that the controls say, or null for none. */
export function read(form, type) {
  const data = new FormData(form);
  switch (type) {
    case "single_choice":
    case "true_false":
      return data.get("choice") ? { choice: data.get("choice") } : null;
    case "hotspot":
    case "multiple_response":
      return data.has("choice") ? { choices: data.getAll("choice").sort() } : null;
    case "ordering":
      return keyed(data, "rank-", "ranks", Number);
    case "matching":
      return keyed(data, "match-", "pairs", String);
    case "dropdown_cloze":
      return keyed(data, "gap-", "gaps", String);
    case "gap_text":
      return keyed(data, "word-", "words", (word) => word.trim());
    case "matrix":
      return keyed(data, "cell-", "cells", String);
    case "numeric":
    case "parametrised_numeric":
      return number((data.get("number") ?? "").trim());
    case "short_text":
    case "essay":
      return text((data.get("text") ?? "").trim());
    default:
      throw new Error(`no item type ${type}`);
  }
}

function keyed(data, prefix, name, convert) {
  const filled = [...data].filter(([field, value]) => field.startsWith(prefix) && value.trim());
  if (!filled.length) return null;
  return { [name]: Object.fromEntries(filled.map(([field, value]) => [field.slice(prefix.length), convert(value)])) };
}

/** Plain digits are a number; every other notation is read by the server, from the text as typed. */
function number(typed) {
  if (!typed) return null;
  return PLAIN_NUMBER.test(typed) ? { number: typed } : { text: typed };
}

function text(typed) {
  return typed ? { text: typed } : null;
}

/** Set the controls to a response; the page came with the one that was stored when it was made. */
export function fill(form, response) {
  const said = response ?? {};
  const chosen = new Set(said.choices ?? [said.choice]);
  for (const control of form.querySelectorAll("input, select, textarea")) {
    const { name } = control;
    if (name === "choice") control.checked = chosen.has(control.value);
    else if (name.startsWith("rank-")) control.value = said.ranks?.[name.slice(5)] ?? "";
    else if (name.startsWith("match-")) control.value = said.pairs?.[name.slice(6)] ?? "";
    else if (name.startsWith("gap-")) control.value = said.gaps?.[name.slice(4)] ?? "";
    else if (name.startsWith("word-")) control.value = said.words?.[name.slice(5)] ?? "";
    else if (name.startsWith("cell-")) control.checked = said.cells?.[name.slice(5)] === control.value;
    else if (name === "number") control.value = said.text ?? said.number ?? "";
    else if (name === "text") control.value = said.text ?? "";
  }
}
