// The text itself, its words coloured by their effect on the answer. One word is chosen at a time.

import { element, percent } from "./dom.js";
import { hasWords, languageOf, pieces } from "./text.js";

// Below this, colours would show noise as if it meant something.
const FAINTEST = 0.05;
// How much of its colour a word has, in percent: the strongest one, and the least of those that are not faint.
const MOST = 55;
const LEAST = 18;

/** {node, choose}: the words as a list of options; onChoose is called with the place of a word. */
export function wordView(text, explanation, truncated, onChoose) {
  const { words, prefixes, label } = explanation;
  const strongest = Math.max(...words.map(({ effect }) => Math.abs(effect)));
  const options = [];
  const children = pieces(text, words).map(({ item, text: part }) => {
    if (!item) return truncated && hasWords(part) ? unread(part) : part;
    options.push(option(part, item, prefixes[options.length], label, strongest));
    return options.at(-1);
  });
  const node = element(
    "div",
    { class: "words", role: "listbox", "aria-label": `Words and their effect on “${label}”`, dir: "auto", lang: languageOf(text) },
    ...children,
  );
  let chosen = -1;

  function choose(place) {
    if (place === chosen || !options[place]) return;
    options[chosen]?.setAttribute("aria-selected", "false");
    if (chosen >= 0) options[chosen].tabIndex = -1;
    else options[0].tabIndex = -1;
    chosen = place;
    options[place].setAttribute("aria-selected", "true");
    options[place].tabIndex = 0;
  }

  const placeOf = (event) => options.indexOf(event.target.closest?.("[role=option]"));
  for (const kind of ["pointerover", "focusin", "click"]) {
    node.addEventListener(kind, (event) => {
      const place = placeOf(event);
      if (place >= 0) onChoose(place);
    });
  }
  node.addEventListener("keydown", (event) => {
    const to = target(event.key, Math.max(chosen, 0), options.length, getComputedStyle(node).direction);
    if (to === null) return;
    event.preventDefault();
    options[to].focus();
  });
  if (options.length) options[0].tabIndex = 0;
  return { node, choose };
}

function option(part, word, prefix, label, strongest) {
  const { effect, unknown } = word;
  const sort = effect > 0 ? "for" : "against";
  const node = element(
    "span",
    {
      class: `word ${sort}${unknown ? " unknown" : ""}`,
      role: "option",
      "aria-selected": "false",
      "aria-label": `${part}: ${describe(word, prefix, label)}`,
      tabIndex: -1,
    },
    part,
  );
  node.style.setProperty("--strength", `${Math.round(strength(Math.abs(effect), strongest))}%`);
  return node;
}

/** Beside one that is much stronger, an effect that counts is seen all the same, in the dark, too. */
const strength = (effect, strongest) =>
  effect < FAINTEST ? (LEAST * effect) / FAINTEST : Math.max(LEAST, (MOST * effect) / strongest);

/** Why there is hardly a colour, where that is so. */
export const faintness = ({ words }) =>
  words.every(({ effect }) => Math.abs(effect) < FAINTEST)
    ? `No word changes the answer by ${100 * FAINTEST} points when it alone is left out, so the colours are faint.`
    : "";

/** What a word does, in words. */
export function describe(word, prefix, label) {
  const points = Math.round(100 * word.effect);
  const without = Math.abs(points) < 1 ? "hardly matters" : points > 0 ? "speaks for" : "speaks against";
  const size = Math.abs(points) < 1 ? "" : ` “${label}” by ${Math.abs(points)} ${Math.abs(points) === 1 ? "point" : "points"}`;
  const read = prefix ? `; read up to here: ${prefix.label}, ${percent(prefix.confidence)}` : "";
  return `${without}${size}${word.unknown ? "; new to the model" : ""}${read}`;
}

export const unread = (part) =>
  element("span", { class: "unread", title: "not read: the text is longer than the model reads" }, part);

/** What the signs on words mean, for those that are there. */
export const signsOf = (unknown, truncated) =>
  [
    unknown ? element("span", { class: "word unknown" }, "new to the model") : null,
    truncated ? element("span", { class: "unread" }, "not read") : null,
  ].filter(Boolean);

function target(key, place, many, direction) {
  const forward = direction === "rtl" ? "ArrowLeft" : "ArrowRight";
  const back = direction === "rtl" ? "ArrowRight" : "ArrowLeft";
  if (key === forward || key === "ArrowDown") return Math.min(many - 1, place + 1);
  if (key === back || key === "ArrowUp") return Math.max(0, place - 1);
  if (key === "Home") return 0;
  if (key === "End") return many - 1;
  return null;
}
