// The answer of one version to the text: asked, shown, explained.

import { call, callNamed } from "./api.js";
import { curveView } from "./curve.js";
import { element } from "./dom.js";
import { entityView } from "./entities.js";
import { feedbackView } from "./feedback.js";
import { facts, summary, verdict } from "./verdict.js";
import { describe, faintness, signsOf, wordView } from "./words.js";

// Of more labels only the most probable ones are listed after each word.
const MOST_LISTED = 10;

/** A panel. ask() fills it and returns the summary of the answer. */
export class Answer {
  constructor(chooser) {
    this.chooser = chooser;
    this.head = element("div");
    this.reading = element("div", { class: "reading" });
    this.foot = element("div");
    this.node = element("article", { class: "answer" }, this.head, this.reading, this.foot);
  }

  /** Asks for the answer. */
  async ask(text, choice, signal) {
    this.node.ariaBusy = "true";
    // Until then the answer shown is one to another text: nobody shall judge it.
    this.foot.inert = true;
    const started = performance.now();
    const { reply, requestId } = await callNamed("predict", { text, ...choice }, signal);
    const ms = performance.now() - started;
    const [prediction] = reply.predictions;
    const version = this.chooser.versionOf(reply.version);
    this.head.replaceChildren(
      element("h3", {}, `${reply.model}, version ${reply.version}`),
      ...verdict(prediction, version),
    );
    const asked = this.chooser.feedback ? feedbackView(text, prediction, version, requestId) : null;
    this.foot.replaceChildren(...[facts(prediction, version, ms), asked].filter(Boolean));
    this.foot.inert = false;
    if (prediction.entities) this.reading.replaceChildren(...entityView(text, prediction, version));
    else if (!version?.explained || !prediction.tokens) this.reading.replaceChildren();
    // What each word did stays until what each word does is known: nothing jumps while somebody types.
    else this.reading.ariaBusy = "true";
    this.node.ariaBusy = "false";
    return { ...summary(prediction), reply, prediction, version };
  }

  /** Shows why the answer is what it is; the explanation comes from the very version that answered. */
  async explain(text, { reply, prediction, version }, signal) {
    if (!version?.explained || !prediction.tokens) return;
    const top = version.labels.length > MOST_LISTED ? MOST_LISTED : undefined;
    const asked = { text, model: reply.model, version: reply.version, top };
    let explanation;
    try {
      [explanation] = (await call("explain", asked, signal)).explanations;
    } catch (failure) {
      if (signal.aborted) throw failure;
      const sentence = `What each word does cannot be shown now. ${failure.message}`;
      this.reading.replaceChildren(element("p", { class: "facts" }, sentence));
    }
    if (explanation) this.show(text, explanation, prediction.truncated, Boolean(prediction.labels));
    this.reading.ariaBusy = "false";
  }

  /** Forgets what was shown. */
  clear() {
    for (const part of [this.head, this.reading, this.foot]) part.replaceChildren();
  }

  show(text, explanation, truncated, several) {
    const detail = element("p", { class: "detail" }, "Point at a word, or step through them with the arrow keys.");
    const choose = (place) => {
      const word = explanation.words[place];
      const said = describe(word, explanation.prefixes[place], explanation.label);
      detail.replaceChildren(element("bdi", { class: "quoted" }, word.word), `: ${said}.`);
      words.choose(place);
      curve.choose(place);
    };
    const words = wordView(text, explanation, truncated, choose);
    const curve = curveView(explanation, choose);
    const faint = faintness(explanation);
    const why = faint ? [element("p", { class: "faint" }, faint)] : [];
    this.reading.replaceChildren(words.node, legend(explanation, truncated, several), ...why, curve.node, detail);
  }
}

function legend(explanation, truncated, several) {
  const items = [
    element("span", { class: "word for sample" }, "speaks for"),
    element("span", { class: "word against sample" }, "speaks against"),
    element("span", {}, "“", element("bdi", {}, explanation.label), several ? "”, the most probable label" : "”"),
    ...signsOf(explanation.words.some(({ unknown }) => unknown), truncated),
  ];
  return element("p", { class: "legend" }, ...items.flatMap((item) => [item, " "]));
}
