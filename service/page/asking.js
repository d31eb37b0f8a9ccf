// Asks while somebody types: soon after a pause, and again when the service could not answer.

import { backOff, call, sleep } from "./api.js";
import { Answer } from "./answer.js";
import { byId, count, element, say } from "./dom.js";
import { languageOf, shorten } from "./text.js";
import { asCurl, asPython } from "./snippets.js";

const PAUSE_MS = 120;
const SLOW_MS = 1500;

export class Asking {
  /** onRefused(failure) and onStrange() are told of a refusal, and of a version that the page does not know. */
  constructor(chooser, onRefused, onStrange) {
    this.chooser = chooser;
    this.onRefused = onRefused;
    this.onStrange = onStrange;
    this.strange = new Set();
    this.panels = [];
    this.timer = 0;
    this.running = null;
    this.text = byId("text");
    this.text.addEventListener("input", () => this.soon(PAUSE_MS));
  }

  /** Puts a text into the field and asks. */
  take(text) {
    this.text.value = text;
    this.soon(0);
  }

  soon(ms = 0) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(), ms);
  }

  /** The examples of the chosen model, as buttons. */
  showExamples() {
    const buttons = this.chooser.examples.map((text) =>
      element("button", { type: "button", dir: "auto", lang: languageOf(text), title: text, onclick: () => this.take(text) }, shorten(text, 70)),
    );
    byId("examples").replaceChildren(...buttons);
    byId("examples").hidden = !buttons.length;
  }

  async now() {
    this.running?.abort();
    const running = (this.running = new AbortController());
    const text = this.text.value;
    const limits = this.chooser.limits;
    if (!this.chooser.model) return;
    this.showCode(text);
    this.text.lang = languageOf(text) ?? document.documentElement.lang;
    if (!text) return this.clear("");
    const long = Array.from(text).length;
    if (long > limits.characters) {
      const most = limits.characters.toLocaleString("en");
      return this.clear(`This text has ${long.toLocaleString("en")} characters; the service takes ${most} at once.`);
    }
    const slow = setTimeout(() => say(byId("notice"), "Still waiting for the service …"), SLOW_MS);
    try {
      await this.patiently(text, running.signal);
    } catch (failure) {
      if (running.signal.aborted) return;
      this.clear(failure.message);
      this.onRefused(failure);
    } finally {
      clearTimeout(slow);
    }
  }

  /** Asks until there is an answer or a refusal that will not pass. */
  async patiently(text, signal) {
    for (let attempt = 0; ; attempt++) {
      try {
        await this.ask(text, signal);
        return;
      } catch (failure) {
        if (signal.aborted || !failure.passes) throw failure;
        const wait = backOff(failure, attempt);
        say(byId("notice"), `${failure.message} Trying again in ${Math.ceil(wait / 1000)} s.`);
        await sleep(wait, signal);
      }
    }
  }

  async ask(text, signal) {
    const choices = this.chooser.choices;
    while (this.panels.length < choices.length) this.panels.push(new Answer(this.chooser));
    const panels = this.panels.slice(0, choices.length);
    const answers = await Promise.all(panels.map((panel, i) => panel.ask(text, choices[i], signal)));
    say(byId("notice"), "");
    if (byId("answers").childElementCount !== panels.length) {
      byId("answers").replaceChildren(...panels.map(({ node }) => node));
    }
    say(byId("agreement"), agreement(answers));
    for (const { reply, version } of answers) {
      // A version that came after the page: once is enough to look for it.
      if (version || this.strange.has(reply.version)) continue;
      this.strange.add(reply.version);
      this.onStrange();
    }
    // One after the other: an explanation costs as much as some hundred answers.
    for (const [i, panel] of panels.entries()) await panel.explain(text, answers[i], signal);
  }

  clear(sentence) {
    say(byId("notice"), sentence);
    say(byId("agreement"), "");
    byId("answers").replaceChildren();
    for (const panel of this.panels) panel.clear();
  }

  showCode(text) {
    const body = { text, ...this.chooser.choices[0] };
    byId("code").hidden = false;
    byId("curl").textContent = asCurl(document.baseURI, body);
    byId("python").textContent = asPython(document.baseURI, body);
  }
}

function agreement(answers) {
  if (answers.length < 2) return "";
  const [one, other] = answers;
  const told = ({ label, sure }) => `“${label}”${sure ? ` (${sure})` : ""}`;
  if (one.label !== other.label) return `The versions disagree: ${told(one)} against ${told(other)}.`;
  if (!one.sure || !other.sure) return `Both versions answer “${one.label}”.`;
  const apart = Math.round(100 * Math.abs(one.confidence - other.confidence));
  const points = apart ? count(apart, "point") : "less than a point";
  return `Both versions answer “${one.label}”; they are ${points} of confidence apart.`;
}

/** What the service has: waits until there is something. */
export async function findModels(onWait) {
  for (let attempt = 0; ; attempt++) {
    let sentence = "No model is ready yet.";
    let wait = 1000;
    try {
      const found = await call("models");
      if (found.models.length) return found;
    } catch (failure) {
      if (!failure.passes) throw failure;
      sentence = failure.message;
      wait = backOff(failure, attempt);
    }
    onWait(`${sentence} Looking again every few seconds.`);
    await sleep(wait);
  }
}
