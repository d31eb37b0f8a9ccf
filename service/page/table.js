// The answers to a file: filtered, ordered, a page at a time.

import { byId, count, element, percent } from "./dom.js";
import { fill } from "./chooser.js";
import { languageOf, shorten } from "./text.js";

const A_PAGE = 50;
const LONGEST = 300;
const ANY = "any:";

export class Table {
  /** onOpen(text) is called where somebody wants to see a text from near. */
  constructor(onOpen) {
    this.onOpen = onOpen;
    this.rows = [];
    this.first = 0;
    this.table = document.querySelector("#results table");
    for (const id of ["filter-label", "filter-from", "filter-to", "filter-unsure", "order"]) {
      byId(id).addEventListener("input", () => this.turn(0));
    }
    byId("previous").addEventListener("click", () => this.turn(this.first - A_PAGE));
    byId("next").addEventListener("click", () => this.turn(this.first + A_PAGE));
  }

  /** Takes the rows: {number, text, answer?: {label, confidence, unsure}, problem?}. */
  show(rows) {
    this.rows = rows;
    const counts = new Map();
    for (const { answer } of rows) if (answer) counts.set(answer.label, (counts.get(answer.label) ?? 0) + 1);
    const options = [...counts].sort((one, other) => other[1] - one[1]);
    const problems = rows.filter(({ problem }) => problem).length;
    fill(
      byId("filter-label"),
      [
        [ANY, "all"],
        ...options.map(([label, n]) => [`is:${label}`, `${shorten(label, 40)} (${n.toLocaleString("en")})`]),
        ...(problems ? [["problem:", `without an answer (${problems})`]] : []),
      ],
      byId("filter-label").value,
    );
    byId("results").hidden = false;
    this.turn(this.first);
  }

  /** The rows that the filters leave, in the chosen order. */
  get chosen() {
    const label = byId("filter-label").value;
    const from = share("filter-from", 0);
    const to = share("filter-to", 1);
    const unsure = byId("filter-unsure").checked;
    const kept = this.rows.filter(({ answer, problem }) => {
      if (label === "problem:") return Boolean(problem);
      if (!answer) return label === ANY && !unsure && from === 0 && to === 1 && Boolean(problem);
      if (label !== ANY && label !== `is:${answer.label}`) return false;
      const sure = answer.confidence ?? 1;
      // What is shown is rounded: 90 % must not hide behind a limit of 90.
      return sure >= from - 0.005 && sure <= to + 0.005 && (!unsure || answer.unsure);
    });
    const order = byId("order").value;
    if (order === "file") return kept;
    const sign = order === "least" ? 1 : -1;
    return kept.sort((one, other) => sign * ((one.answer?.confidence ?? 0) - (other.answer?.confidence ?? 0)));
  }

  turn(first) {
    const chosen = this.chosen;
    const last = Math.max(0, Math.floor((chosen.length - 1) / A_PAGE) * A_PAGE);
    this.first = Math.min(Math.max(0, first), last);
    const page = chosen.slice(this.first, this.first + A_PAGE);
    this.table.tHead.replaceChildren(heads(["Row", "Text", "Answer", "Confidence", ""]));
    this.table.tBodies[0].replaceChildren(...page.map((row) => this.line(row)));
    byId("shown").textContent = `${chosen.length.toLocaleString("en")} of ${count(this.rows.length, "row")}`;
    byId("place").textContent = page.length ? `${this.first + 1} to ${this.first + page.length}` : "";
    byId("previous").disabled = this.first === 0;
    byId("next").disabled = this.first >= last;
    byId("download").disabled = !chosen.length;
    byId("download").textContent = `Download ${count(chosen.length, "row")}`;
    document.querySelector("#results .pager").hidden = chosen.length <= A_PAGE;
  }

  line(row) {
    const { answer, problem } = row;
    const unsure = answer?.unsure ? element("span", { class: "unsure" }, " not sure") : null;
    const look = { type: "button", "aria-label": `Look at row ${row.number}`, onclick: () => this.onOpen(row.text) };
    return element(
      "tr",
      {},
      element("td", {}, String(row.number)),
      element("td", { class: "text", dir: "auto", lang: languageOf(row.text) }, shorten(row.text, LONGEST)),
      element("td", {}, answer ? element("bdi", {}, answer.label) : problem, unsure),
      element("td", {}, answer && answer.confidence !== null ? percent(answer.confidence) : ""),
      element("td", {}, answer ? element("button", look, "Look") : null),
    );
  }
}

const heads = (names) =>
  element("tr", {}, ...names.map((name) => (name ? element("th", { scope: "col" }, name) : element("td"))));

function share(id, otherwise) {
  const { value, valueAsNumber } = byId(id);
  return value === "" || Number.isNaN(valueAsNumber) ? otherwise : valueAsNumber / 100;
}
