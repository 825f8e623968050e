// Marks by one key each: a digit chooses the level worth so many points, in the criterion that has the
// focus or else in the first without a level, and goes on to the next. Without this file Tab and the
// arrows do the same.

const form = document.getElementById("marking");
const criteria = [...form.querySelectorAll(".marking-criterion")];
const isOpen = (criterion) => !criterion.querySelector(":checked");

function current() {
  return criteria.find((each) => each.contains(document.activeElement)) ?? criteria.find(isOpen);
}

function next(criterion) {
  const after = criteria[criteria.indexOf(criterion) + 1];
  const target = after ? after.querySelector(":checked") ?? after.querySelector("input") : form.elements.comment;
  target.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !/^[0-9]$/.test(event.key)) return;
  if (event.target.matches("textarea, input:not([type=radio])")) return;
  const criterion = current();
  const level = criterion?.querySelector(`input[value="${event.key}"]`);
  if (!level) return;
  event.preventDefault();
  level.checked = true;
  next(criterion);
});
