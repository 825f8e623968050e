// Every sentence comes translated with the page; a script only fills in numbers and times.

const known = new Map();

export function learn(template) {
  for (const node of template.content.children) known.set(node.dataset.word, node.textContent);
}

export function word(name, facts = {}) {
  const text = known.get(name);
  if (text === undefined) throw new Error(`no word for ${name}`);
  return text.replace(/\{(\w+)\}/g, (whole, fact) => (fact in facts ? String(facts[fact]) : whole));
}

/** A sentence with a number in it: the page brings one for 1 and one for many. */
export function counted(name, n, facts = {}) {
  return word(n === 1 ? `${name}-one` : `${name}-many`, { n, ...facts });
}
