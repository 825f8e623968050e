// Exact arithmetic on what people write: every number is a fraction of two whole ones, so that
// 0.1 + 0.2 is 0.3 and a third times three is one. Only what is shown is ever rounded.

const TOKEN = /\s*(\d+(?:[.,]\d*)?|[.,]\d+|[-+*/()%])/y;
const ALIKE = { "×": "*", x: "*", X: "*", "·": "*", "÷": "/", ":": "/", "−": "-", "–": "-" };
const DIGITS = 12;

/** Why something cannot be worked out: "unfinished", "zero" (division by it) or "comma" (1,500?). */
export class Unreadable extends Error {}

/** The value of an expression; `known` maps a number's text to its exact value, where that has more digits. */
export function evaluate(text, known = new Map()) {
  const left = tokens(text);
  const value = sum(left, known);
  if (left.length) throw new Unreadable("unfinished");
  return value;
}

function tokens(text) {
  const plain = [...text].map((letter) => ALIKE[letter] ?? letter).join("").trimEnd();
  const found = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < plain.length) {
    const match = TOKEN.exec(plain);
    if (!match) throw new Unreadable("unfinished");
    found.push(match[1]);
  }
  return found;
}

// --- sums of products of signed numbers, each perhaps in per cent ---

function sum(left, known) {
  let { value } = product(left, known);
  while (left[0] === "+" || left[0] === "-") {
    const sign = left.shift() === "+" ? 1n : -1n;
    const next = product(left, known);
    // As on every desk: 200 + 10 % is 220.
    const part = next.isPercent ? times(value, next.value) : next.value;
    value = plus(value, times(part, fraction(sign)));
  }
  return value;
}

function product(left, known) {
  let { value, isPercent } = signed(left, known);
  while (["*", "/", "("].includes(left[0])) {
    const isDivision = left[0] === "/";
    if (left[0] !== "(") left.shift();
    const next = signed(left, known).value;
    value = isDivision ? over(value, next) : times(value, next);
    isPercent = false;
  }
  return { value, isPercent };
}

function signed(left, known) {
  if (left[0] !== "+" && left[0] !== "-") return percent(left, known);
  const sign = left.shift() === "+" ? 1n : -1n;
  const { value, isPercent } = signed(left, known);
  return { value: times(value, fraction(sign)), isPercent };
}

function percent(left, known) {
  let value = single(left, known);
  let isPercent = false;
  while (left[0] === "%") {
    left.shift();
    value = over(value, fraction(100n));
    isPercent = true;
  }
  return { value, isPercent };
}

function single(left, known) {
  const token = left.shift();
  if (token === "(") {
    const value = sum(left, known);
    // As people write it, a bracket at the very end may stay open.
    if (left.length && left.shift() !== ")") throw new Unreadable("unfinished");
    return value;
  }
  if (token === undefined || !/[\d]/.test(token)) throw new Unreadable("unfinished");
  return known.get(token) ?? number(token);
}

function number(token) {
  if (/^[1-9]\d{0,2},\d{3}$/.test(token)) throw new Unreadable("comma");
  const [whole, part = ""] = token.split(/[.,]/);
  return fraction(BigInt(whole + part), 10n ** BigInt(part.length));
}

// --- fractions ---

function fraction(top, bottom = 1n) {
  let [a, b] = [top < 0n ? -top : top, bottom < 0n ? -bottom : bottom];
  while (b) [a, b] = [b, a % b];
  const common = a * (bottom < 0n ? -1n : 1n) || 1n;
  return { top: top / common, bottom: bottom / common };
}

const plus = (a, b) => fraction(a.top * b.bottom + b.top * a.bottom, a.bottom * b.bottom);
const times = (a, b) => fraction(a.top * b.top, a.bottom * b.bottom);

function over(a, b) {
  if (b.top === 0n) throw new Unreadable("zero");
  return fraction(a.top * b.bottom, a.bottom * b.top);
}

// --- showing ---

/** {text, isRounded}: plain digits with a point; what has no end is rounded to 12 digits. */
export function shown({ top, bottom }) {
  const sign = top < 0n ? "-" : "";
  const size = top < 0n ? -top : top;
  const places = placesOf(bottom);
  if (places !== null && places <= DIGITS) return { text: sign + decimal(size, bottom, places), isRounded: false };
  return { text: sign + decimal(size, bottom, roundedPlaces(size, bottom)), isRounded: true };
}

/** How many decimal places a fraction needs, or null when they never end. */
function placesOf(bottom) {
  let [rest, twos, fives] = [bottom, 0, 0];
  for (; rest % 2n === 0n; rest /= 2n) twos += 1;
  for (; rest % 5n === 0n; rest /= 5n) fives += 1;
  return rest === 1n ? Math.max(twos, fives) : null;
}

function roundedPlaces(size, bottom) {
  const whole = size / bottom;
  if (whole > 0n) return Math.max(0, DIGITS - String(whole).length);
  let zeros = 0;
  while (size * 10n ** BigInt(zeros + 1) < bottom) zeros += 1;
  return DIGITS + zeros;
}

function decimal(size, bottom, places) {
  const scaled = (size * 10n ** BigInt(places) * 2n + bottom) / (bottom * 2n);
  const digits = String(scaled).padStart(places + 1, "0");
  if (!places) return digits;
  const part = digits.slice(-places).replace(/0+$/, "");
  return digits.slice(0, -places) + (part && `.${part}`);
}
