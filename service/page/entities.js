// Entities where they stand in the text, each with its type beside it.

import { element, percent } from "./dom.js";
import { languageOf, lengthOf, pieces, slicer } from "./text.js";
import { startOfUnread, unknownStretches } from "./tokens.js";
import { signsOf, unread } from "./words.js";

const COLOURS = 6;

/** The text with its entities. Of a long text what follows the part that is read is struck out. */
export function entityView(text, prediction, version) {
  const kinds = [...new Set(prediction.entities.map(({ entity }) => entity))];
  const sorted = [...prediction.entities].sort((one, other) => one.start - other.start);
  const { length, slice } = slicer(text);
  const end = startOfUnread(text, prediction, version) ?? length;
  const unknown = unknownStretches(slice(0, end), prediction.unknown_tokens, version);
  const children = pieces(slice(0, end), sorted).flatMap(({ item, text: part, start }) => {
    const inside = signed(part, start, unknown);
    return item ? [mark(item, inside, kinds.indexOf(item.entity))] : inside;
  });
  if (end < length) children.push(unread(slice(end, length)));
  const found = [element("div", {
    class: "words entities",
    role: "region",
    "aria-label": "The text and its entities",
    tabIndex: 0,
    dir: "auto",
    lang: languageOf(text),
  }, ...children)];
  if (!prediction.entities.length) found.push(element("p", { class: "doubt" }, "No entity was found."));
  const signs = signsOf(unknown.length > 0, end < length);
  if (signs.length) found.push(element("p", { class: "legend" }, ...signs.flatMap((sign) => [sign, " "])));
  return found;
}

/** A part of the text with the signs on its words. */
function signed(part, from, unknown) {
  const last = from + lengthOf(part);
  const own = unknown
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
