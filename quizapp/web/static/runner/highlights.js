// Highlighted stretches of a text, as [from, to] counted in letters, so that they outlive the page.

function textNodes(roots) {
  return roots.flatMap((root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const nodes = [];
    while (walker.nextNode()) {
      // A formula is drawn as a whole: a mark inside would take it apart.
      if (!walker.currentNode.parentElement.closest("math")) nodes.push(walker.currentNode);
    }
    return nodes;
  });
}

/** The stretch of these elements that is selected, or null. */
export function selected(roots) {
  const selection = document.getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  let at = 0;
  let span = null;
  for (const node of textNodes(roots)) {
    const from = node === range.startContainer ? range.startOffset : 0;
    const to = node === range.endContainer ? range.endOffset : node.length;
    if (range.intersectsNode(node) && from < to) span = [span ? span[0] : at + from, at + to];
    at += node.length;
  }
  return span;
}

/** The stretch that one of these elements covers. */
export function covered(roots, element) {
  const length = (nodes) => nodes.reduce((sum, node) => sum + node.length, 0);
  const from = length(textNodes(roots.slice(0, roots.indexOf(element))));
  return [from, from + length(textNodes([element]))];
}

/** The spans with one more; one that is highlighted already is taken away. */
export function toggled(spans, [from, to]) {
  if (spans.some(([a, b]) => a <= from && to <= b)) {
    return spans.flatMap(([a, b]) => [[a, Math.min(b, from)], [Math.max(a, to), b]]).filter(([a, b]) => a < b);
  }
  const merged = [];
  for (const [a, b] of [...spans, [from, to]].sort((x, y) => x[0] - y[0])) {
    const last = merged.at(-1);
    if (last && a <= last[1]) last[1] = Math.max(last[1], b);
    else merged.push([a, b]);
  }
  return merged;
}

export function paint(roots, spans) {
  for (const root of roots) {
    for (const mark of root.querySelectorAll("mark")) mark.replaceWith(...mark.childNodes);
    root.normalize();
  }
  let at = 0;
  for (const node of textNodes(roots)) {
    const { length } = node;
    // From the back, so that what is before keeps its place in the node.
    for (const [start, end] of [...spans].reverse()) {
      const from = Math.max(0, start - at);
      const to = Math.min(length, end - at);
      if (from < to) wrap(node, from, to);
    }
    at += length;
  }
}

function wrap(node, from, to) {
  const middle = node.splitText(from);
  middle.splitText(to - from);
  const mark = document.createElement("mark");
  middle.replaceWith(mark);
  mark.append(middle);
}
