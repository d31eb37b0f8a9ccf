// Puts the page together.

import { useKey } from "./api.js";
import { Asking, findModels } from "./asking.js";
import { Chooser } from "./chooser.js";
import { byId, say } from "./dom.js";
import { FileView } from "./file.js";
import { copy } from "./snippets.js";

const chooser = new Chooser(() => {
  asking.showExamples();
  asking.soon();
});
const asking = new Asking(chooser, refused, lookAgain);
new FileView(chooser, asking, refused);

async function start() {
  try {
    chooser.offer(await findModels((sentence) => say(byId("notice"), sentence)));
  } catch (failure) {
    say(byId("notice"), failure.message);
    refused(failure);
    return;
  }
  say(byId("notice"), "");
  byId("key-form").hidden = true;
  asking.showExamples();
  asking.soon();
}

/** What a refusal calls for: a key, or another look at what is served. */
function refused({ status, code }) {
  if (status === 401) byId("key-form").hidden = false;
  if (status === 404 && /_NOT_FOUND$/.test(code)) lookAgain(false);
}

/** Asks what is served, and then, where something else is chosen now or it is wanted, the question again. */
async function lookAgain(wanted = true) {
  const before = JSON.stringify(chooser.choices);
  try {
    chooser.offer(await findModels(() => {}));
  } catch {
    return; // the next question says why
  }
  asking.showExamples();
  if (wanted || JSON.stringify(chooser.choices) !== before) asking.soon();
}

byId("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  useKey(byId("key").value);
  start();
});

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", () =>
    copy(byId(button.dataset.copy).textContent).then(
      () => say(byId("copied"), "Copied."),
      () => say(byId("copied"), "The browser does not let this page copy; mark the text and copy it yourself."),
    ),
  );
}

start();
