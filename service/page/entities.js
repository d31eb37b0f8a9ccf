// Entities where they stand in the text, each with its type beside it.

import { element, percent } from "./dom.js";
import { markUnknown, pieces } from "./text.js";

const COLOURS = 6;

/** The text with its entities. */
export function entityView(text, prediction) {
  const unknown = new Set(prediction.unknown_tokens);
  const kinds = [...new Set(prediction.entities.map(({ entity }) => entity))];
  const sorted = [...prediction.entities].sort((one, other) => one.start - other.start);
  const children = pieces(text, sorted).flatMap(({ item, text: part }) => {
    const inside = markUnknown(part, unknown).map((word) =>
      word.unknown ? element("span", { class: "word unknown", title: "new to the model" }, word.text) : word.text,
    );
    return item ? [mark(item, inside, kinds.indexOf(item.entity))] : inside;
  });
  const found = element("div", { class: "words entities", dir: "auto" }, ...children);
  return prediction.entities.length ? [found] : [found, element("p", { class: "doubt" }, "No entity was found.")];
}

function mark({ entity, confidence }, inside, place) {
  return element(
    "mark",
    { class: `entity colour-${place % COLOURS}`, title: `${entity}, ${percent(confidence)}` },
    ...inside,
    element("span", { class: "kind" }, ` ${entity} ${percent(confidence)}`),
  );
}
