// Sorting and filtering for tables that are complete without either.
// Choices live in sessionStorage: they belong to this sitting at the desk, not to the person.
const collator = new Intl.Collator(document.documentElement.lang || undefined, { numeric: true, sensitivity: "base" });

function sortKey(row, column) {
  const cell = row.cells[column];
  if (!cell) return "";
  return cell.dataset.sort ?? cell.querySelector("time")?.dateTime ?? cell.textContent.trim();
}

function recall(table) {
  try {
    return JSON.parse(sessionStorage.getItem(storageName(table))) ?? {};
  } catch {
    return {};
  }
}

function remember(table, change) {
  try {
    sessionStorage.setItem(storageName(table), JSON.stringify({ ...recall(table), ...change }));
  } catch {
    // Private windows may refuse storage; the table works without a memory.
  }
}

const storageName = (table) => `table:${location.pathname}#${table.id}`;

function sort(table, column, direction) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const sign = direction === "descending" ? -1 : 1;
  rows.sort((a, b) => sign * collator.compare(sortKey(a, column), sortKey(b, column)));
  body.append(...rows);
  [...table.tHead.rows[0].cells].forEach((cell, index) => {
    if (index === column) cell.setAttribute("aria-sort", direction);
    else cell.removeAttribute("aria-sort");
  });
  remember(table, { column, direction });
}

function addSorting(table) {
  [...table.tHead.rows[0].cells].forEach((cell, column) => {
    if (cell.tagName !== "TH" || "plain" in cell.dataset) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...cell.childNodes);
    button.addEventListener("click", () => {
      sort(table, column, cell.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending");
    });
    cell.append(button);
  });
}

function addFilter(table) {
  const tools = document.createElement("div");
  const box = document.createElement("input");
  const shown = document.createElement("span");
  tools.className = "table-tools";
  Object.assign(box, { type: "search", className: "form-control", placeholder: table.dataset.filterLabel });
  box.setAttribute("aria-label", table.dataset.filterLabel);
  box.setAttribute("aria-controls", table.id);
  shown.setAttribute("role", "status");
  const apply = () => {
    const wanted = box.value.trim().toLocaleLowerCase();
    const rows = [...table.tBodies[0].rows];
    for (const row of rows) row.hidden = !row.textContent.toLocaleLowerCase().includes(wanted);
    shown.textContent = wanted ? `${rows.filter((row) => !row.hidden).length} / ${rows.length} ${table.dataset.shownLabel}` : "";
    remember(table, { filter: box.value });
  };
  box.addEventListener("input", apply);
  tools.append(box, shown);
  table.before(tools);
  return { box, apply };
}

function enhance(table) {
  const saved = recall(table);
  addSorting(table);
  if (table.tBodies[0].rows.length > 1 && !("noFilter" in table.dataset)) {
    const { box, apply } = addFilter(table);
    if (saved.filter) {
      box.value = saved.filter;
      apply();
    }
  }
  if (saved.direction) sort(table, saved.column, saved.direction);
}

document.querySelectorAll("table[data-enhance]").forEach(enhance);
