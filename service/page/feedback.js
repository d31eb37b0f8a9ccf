// Whether an answer is right, and what else it should have been: told to the service, which writes it down.

import { call } from "./api.js";
import { element, say } from "./dom.js";

/** A question beside an answer; null where there is nothing to ask. */
export function feedbackView(text, prediction, version, requestId) {
  if (!version || !text.trim() || !prediction.probabilities) return null;
  const several = version.task === "multilabel";
  const answered = several ? prediction.labels.map(({ label }) => label) : prediction.label;

  const right = element("button", { type: "button", onclick: () => tell(answered) }, "Right");
  const wrong = element("button", { type: "button", "aria-expanded": "false", onclick: () => open(true) }, "Wrong");
  const choice = several ? ticks(version.labels, answered) : options(prediction, version.labels);
  const send = element("button", {}, "Send");
  const cancel = element("button", { type: "button", onclick: () => open(false) }, "Cancel");
  const form = element("form", { class: "row", hidden: true }, choice.node, send, cancel);
  const said = element("p", { class: "said", role: "status", tabIndex: -1, hidden: true });
  const question = element("div", { class: "row" }, element("span", {}, "Is this right?"), right, wrong);

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    tell(choice.value());
  });

  function open(wanted) {
    form.hidden = !wanted;
    wrong.ariaExpanded = String(wanted);
    (wanted ? choice.first : wrong).focus();
  }

  async function tell(told) {
    const parts = [right, wrong, send, cancel];
    for (const part of parts) part.disabled = true;
    try {
      await call("feedback", { request_id: requestId, ...(several ? { labels: told } : { label: told }) });
    } catch (failure) {
      for (const part of parts) part.disabled = false;
      say(said, failure.message);
      return;
    }
    const named = several ? told.map((label) => `“${label}”`).join(", ") || "none of the labels" : `“${told}”`;
    say(said, `Thank you. It is written down as ${named}.`, true);
    // Whoever uses the keyboard stays here, though the buttons go.
    said.focus();
    question.hidden = form.hidden = true;
  }

  return element("div", { class: "feedback", role: "group", "aria-label": "Is this answer right?" }, question, form, said);
}

/** All labels but the one answered, the most probable first. */
function options(prediction, labels) {
  const share = (label) => prediction.probabilities[label] ?? 0;
  const others = labels.filter((label) => label !== prediction.label).sort((one, other) => share(other) - share(one));
  const select = element("select", {}, ...others.map((label) => element("option", { value: label }, label)));
  return { node: element("label", {}, "It should be ", select), first: select, value: () => select.value };
}

/** A box for each label, ticked where it was answered. */
function ticks(labels, answered) {
  const boxes = labels.map((label) => element("input", { type: "checkbox", value: label, checked: answered.includes(label) }));
  const rows = boxes.map((box) => element("label", { class: "tick" }, box, element("bdi", {}, box.value)));
  const node = element("fieldset", {}, element("legend", {}, "What should apply"), ...rows);
  return { node, first: boxes[0], value: () => boxes.filter(({ checked }) => checked).map(({ value }) => value) };
}
