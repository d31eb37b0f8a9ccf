// Entities where they stand in the text, each with its type beside it.

import { element, percent } from "./dom.js";
import { lengthOf, pieces } from "./text.js";
import { unknownStretches } from "./tokens.js";

const COLOURS = 6;

/** The text with its entities. */
export function entityView(text, prediction, version) {
  const kinds = [...new Set(prediction.entities.map(({ entity }) => entity))];
  const sorted = [...prediction.entities].sort((one, other) => one.start - other.start);
  const signs = unknownStretches(text, prediction.unknown_tokens, version?.unit);
  const children = pieces(text, sorted).flatMap(({ item, text: part, start }) => {
    const inside = signed(part, start, signs);
    return item ? [mark(item, inside, kinds.indexOf(item.entity))] : inside;
  });
  const found = element("div", { class: "words entities", dir: "auto" }, ...children);
  return prediction.entities.length ? [found] : [found, element("p", { class: "doubt" }, "No entity was found.")];
}

/** A part of the text with the signs on its words. */
function signed(part, from, signs) {
  const last = from + lengthOf(part);
  const own = signs
    .filter(({ start, end }) => start < last && end > from)
    .map(({ start, end }) => ({ start: Math.max(start, from) - from, end: Math.min(end, last) - from }));
  return pieces(part, own).map(({ item, text }) =>
    item ? element("span", { class: "word unknown", title: "new to the model" }, text) : text,
  );
}

function mark({ entity, confidence }, inside, place) {
  return element(
    "mark",
    { class: `entity colour-${place % COLOURS}`, title: `${entity}, ${percent(confidence)}` },
    ...inside,
    element("span", { class: "kind" }, ` ${entity} ${percent(confidence)}`),
  );
}
