// The answer to a whole text: what, how sure, and what the model says of its own reading.

import { count, element, percent } from "./dom.js";
import { languageOf, shorten } from "./text.js";

const MOST_BARS = 8;
const MOST_UNKNOWN = 12;

/**
 * What a table and a comparison need of any answer: {label, confidence, unsure, sure}; confidence may be null, and
 * sure is how it is said beside the label, "" where it would say nothing of it.
 */
export function summary(prediction) {
  const found = summed(prediction);
  const { labels } = prediction;
  const said = found.confidence === null || labels?.length === 0 ? "" : percent(found.confidence);
  return { ...found, sure: labels?.length > 1 ? `at least ${said}` : said };
}

function summed(prediction) {
  const { intent, entities, labels, output } = prediction;
  const unsure = prediction.abstained ?? false;
  if (intent) return { label: intent.name, confidence: intent.confidence, unsure };
  if (entities) {
    const kinds = [...new Set(entities.map(({ entity }) => entity))];
    const least = entities.length ? Math.min(...entities.map(({ confidence }) => confidence)) : null;
    return { label: kinds.join(", ") || "no entity", confidence: least, unsure };
  }
  if (labels) {
    const least = labels.length ? Math.min(...labels.map(({ confidence }) => confidence)) : prediction.confidence;
    return { label: labels.map(({ label }) => label).join(", ") || "no label", confidence: least, unsure };
  }
  if (output !== undefined) return { label: output, confidence: null, unsure };
  return { label: prediction.label, confidence: prediction.confidence, unsure };
}

/** The headline, the sentence of doubt, and a bar for each label. */
export function verdict(prediction, version) {
  const { label, sure, unsure } = summary(prediction);
  const whole = prediction.intent || prediction.probabilities || prediction.output !== undefined;
  return [
    whole &&
      element(
        "p",
        { class: unsure ? "verdict unsure" : "verdict" },
        unsure ? element("span", { class: "guess" }, "not sure; best guess ") : null,
        element("strong", { dir: "auto", lang: languageOf(label) }, label),
        sure ? element("span", { class: "confidence" }, ` ${sure}`) : null,
      ),
    doubt(prediction, version),
    ...bars(prediction, version),
  ].filter(Boolean);
}

function doubt(prediction, version) {
  if (prediction.tokens === 0) return element("p", { class: "doubt" }, "There is no word in this text to answer to.");
  if (prediction.labels?.length === 0) return element("p", { class: "none" }, "None of the labels is probable enough to be given.");
  if (!prediction.abstained) return null;
  const reached = percent(summary(prediction).confidence ?? 0);
  const needed = version?.abstain_below ? `, and this model answers from ${percent(version.abstain_below)}` : "";
  return element("p", { class: "doubt" }, `The model abstains: its best guess reaches ${reached}${needed}.`);
}

function bars(prediction, version) {
  const applied = new Set(prediction.labels?.map(({ label }) => label));
  const all = prediction.intent
    ? [[prediction.intent.name, prediction.intent.confidence]]
    : Object.entries(prediction.probabilities ?? {});
  if (!all.length) return [];
  const rows = all.slice(0, MOST_BARS).map(([label, share]) => bar(label, share, version, applied.has(label)));
  const rest = all.length - rows.length;
  return [
    element("ul", { class: "bars" }, ...rows),
    rest > 0 ? element("p", { class: "facts" }, `and ${count(rest, "less probable label")}`) : null,
  ];
}

/** Where the bars have a mark; multilabel models have a threshold of their own for each label, which is not shown. */
const markOf = (version) => (version?.task === "multilabel" ? 0 : version?.abstain_below);

function bar(label, share, version, applies) {
  const fill = element("span", { class: "fill" });
  fill.style.width = `${100 * share}%`;
  const track = element("span", { class: "track", "aria-hidden": "true" }, fill);
  const limit = markOf(version);
  if (limit) {
    const tick = element("span", { class: "tick-mark", title: `answers from ${percent(limit)}` });
    tick.style.left = `${100 * limit}%`;
    track.append(tick);
  }
  const name = element("span", { class: "name", dir: "auto", lang: languageOf(label), title: label }, shorten(label, 40), applies ? " ✓" : "");
  return element("li", {}, name, track, element("span", { class: "share" }, percent(share)));
}

/** One line on what was read. */
export function facts(prediction, version, ms) {
  const unit = version?.unit === "character" ? "character" : "token";
  const said = [];
  if (prediction.tokens !== undefined) said.push(count(prediction.tokens, unit));
  if (prediction.truncated) {
    const part = version?.truncate === "tail" ? "the last " : "";
    const read = version ? ` reads ${part}${version.max_length.toLocaleString("en")} of them` : " does not read all of them";
    said.push(`the text is longer than the model reads: it${read}`);
  }
  const unknown = [...new Set(prediction.unknown_tokens ?? [])];
  if (unknown.length) {
    const named = unknown.slice(0, MOST_UNKNOWN).flatMap((token) => [", “", element("bdi", {}, shorten(token, 30)), "”"]);
    const more = unknown.length > MOST_UNKNOWN ? [`, and ${unknown.length - MOST_UNKNOWN} more`] : [];
    said.push(["new to the model: “", ...named.slice(1), ...more]);
  }
  if (markOf(version) && (prediction.probabilities || prediction.intent)) {
    said.push(`answers from ${percent(markOf(version))} on (the mark)`);
  }
  said.push(`answered in ${Math.round(ms)}\u00a0ms`);
  return element("p", { class: "facts" }, ...said.flatMap((part, i) => (i ? [" · ", part] : [part])).flat());
}
