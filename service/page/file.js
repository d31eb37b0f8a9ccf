// A CSV file: taken, asked about row by row, shown, given back with the answers.

import { call } from "./api.js";
import { answerAll } from "./bulk.js";
import { fill } from "./chooser.js";
import { lineEnd, parse, readText, sniff, write } from "./csv.js";
import { byId, count, say } from "./dom.js";
import { Table } from "./table.js";
import { shorten } from "./text.js";
import { summary } from "./verdict.js";

const TEXT_COLUMN = /^(text|texts|review|sentence|comment|message|content|body|title|文本|评论|内容)$/i;
const REDRAW_MS = 250;

export class FileView {
  constructor(chooser, asking, onRefused) {
    this.chooser = chooser;
    this.onRefused = onRefused;
    this.table = new Table((text) => {
      asking.take(text);
      byId("text").scrollIntoView({ block: "center" });
      byId("text").focus({ preventScroll: true });
    });
    this.watchField();
    this.watchDrops();
    byId("header").addEventListener("change", () => this.plan());
    byId("column").addEventListener("change", () => this.forget());
    byId("plan").addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask();
    });
    byId("stop").addEventListener("click", () => this.running?.abort());
    byId("download").addEventListener("click", () => this.download());
  }

  watchField() {
    const field = byId("file");
    field.addEventListener("change", () => this.take(field.files[0]));
    // The same file may be chosen again after it was mended; who thinks better of it keeps the one there is.
    field.addEventListener("click", () => (field.value = ""));
    field.addEventListener("cancel", () => this.file && name(field, this.file));
  }

  watchDrops() {
    // A file that misses its place must not replace the page.
    for (const kind of ["dragover", "drop"]) window.addEventListener(kind, (event) => event.preventDefault());
    window.addEventListener("dragover", () => byId("drop").classList.add("over"));
    window.addEventListener("dragleave", (event) => {
      if (!event.relatedTarget) byId("drop").classList.remove("over");
    });
    window.addEventListener("drop", (event) => {
      byId("drop").classList.remove("over");
      this.take(event.dataTransfer?.files[0]);
    });
  }

  async take(file) {
    if (!file) return;
    this.running?.abort();
    byId("plan").hidden = true;
    this.forget();
    say(byId("file-notice"), "");
    this.file = file;
    name(byId("file"), file);
    try {
      const text = await readText(file);
      this.delimiter = sniff(text, file.name);
      this.lineEnd = lineEnd(text);
      this.cells = parse(text, this.delimiter);
      if (!this.cells.length) throw new Error(`“${file.name}” holds no row.`);
    } catch (error) {
      say(byId("file-notice"), error.message);
      return;
    }
    this.name = file.name;
    byId("header").checked = looksLikeNames(this.cells);
    byId("plan").hidden = false;
    this.plan();
  }

  /** Offers the columns. */
  plan() {
    this.forget();
    const names = this.names;
    fill(byId("column"), names.map((name, i) => [String(i), shorten(name, 60)]), String(textColumn(names, this.body)));
    say(byId("file-notice"), `“${this.name}”: ${count(this.body.length, "row")}, ${count(names.length, "column")}.`, true);
    byId("start").textContent = `Ask about ${count(this.body.length, "row")}`;
  }

  get names() {
    const width = Math.max(...this.cells.slice(0, 100).map((row) => row.length));
    const given = byId("header").checked ? this.cells[0] : [];
    return Array.from({ length: width }, (_, i) => given[i]?.trim() || `column ${i + 1}`);
  }

  get body() {
    return byId("header").checked ? this.cells.slice(1) : this.cells;
  }

  /** What was answered belongs to another file, column or model. */
  forget() {
    this.rows = null;
    byId("results").hidden = true;
    byId("progress-field").hidden = true;
  }

  async ask() {
    if (!this.chooser.model) {
      say(byId("file-notice"), "No model is ready yet. Try again in a moment.");
      return;
    }
    const asked = JSON.stringify([this.chooser.choices[0], byId("column").value, byId("header").checked]);
    if (!this.rows || this.asked !== asked) {
      const column = Number(byId("column").value);
      this.rows = this.body.map((cells, i) => ({ number: i + 1, cells, text: cells[column] ?? "" }));
      this.asked = asked;
    }
    const { rows } = this;
    const running = (this.running = new AbortController());
    const step = (said) => this.rows === rows && this.step(said);
    this.busy(true);
    const began = performance.now();
    let failed = null;
    try {
      await answerAll(rows, this.asker(), this.chooser.limits, step, running.signal);
    } catch (failure) {
      failed = failure;
    }
    if (this.running === running) this.busy(false);
    // Another file has taken its place.
    if (this.rows !== rows) return;
    this.step("", true);
    if (failed) this.tellWhatIsLeft(running.signal.aborted ? null : failed);
    else this.tellThatAllIsDone((performance.now() - began) / 1000);
  }

  tellThatAllIsDone(seconds) {
    const all = count(this.rows.length, "row");
    const took = seconds < 0.1 ? "less than 0.1" : seconds.toFixed(1);
    say(byId("file-notice"), `“${this.name}”: ${all} in ${took} s.`, true);
    byId("start").textContent = `Ask again about ${all}`;
    this.asked = null;
  }

  tellWhatIsLeft(failure) {
    const left = this.rows.filter(({ answer, problem }) => !answer && !problem).length;
    const why = failure?.message ?? "Stopped.";
    say(byId("file-notice"), `${why} ${count(left, "row")} ${left === 1 ? "is" : "are"} not answered yet.`);
    byId("start").textContent = `Go on with ${count(left, "row")}`;
    if (failure) this.onRefused(failure);
  }

  asker() {
    const choice = this.chooser.choices[0];
    return async (texts, signal) => {
      const { predictions } = await call("predict", { texts, top: 1, ...choice }, signal);
      return predictions.map((prediction) => ({ ...summary(prediction), prediction }));
    };
  }

  busy(is) {
    byId("stop").hidden = !is;
    byId("start").hidden = is;
    if (is) byId("progress-field").hidden = false;
    for (const id of ["column", "header"]) byId(id).disabled = is;
  }

  step(said, last = false) {
    if (!last) say(byId("file-notice"), said);
    const now = performance.now();
    if (!last && now - (this.drawn ?? 0) < REDRAW_MS) return;
    this.drawn = now;
    const done = this.rows.filter(({ answer, problem }) => answer || problem).length;
    byId("progress").max = this.rows.length;
    byId("progress").value = done;
    byId("progress-text").textContent = `${done.toLocaleString("en")} of ${count(this.rows.length, "row")}`;
    this.table.show(this.rows);
  }

  download() {
    const names = this.names;
    const columns = answerColumns(this.rows);
    const free = (name) => (names.includes(name) ? free(`${name}_2`) : name);
    const head = [...names, ...columns.map(([name]) => free(name))];
    const rows = this.table.chosen.map((row) => [
      ...names.map((_, i) => row.cells[i] ?? ""),
      ...columns.map(([, value]) => value(row)),
    ]);
    // As the file that was given: a spreadsheet that writes semicolons reads no commas.
    const delimiter = names.length > 1 ? this.delimiter : ",";
    const content = write([head, ...rows], delimiter, this.lineEnd);
    const [ending, type] = delimiter === "\t" ? ["tsv", "text/tab-separated-values"] : ["csv", "text/csv"];
    const url = URL.createObjectURL(new Blob([content], { type }));
    const link = Object.assign(document.createElement("a"), { href: url });
    link.download = `${this.name.replace(/\.\w+$/, "")}-answers.${ending}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }
}

/** Lets the field say which file is shown, also a dropped one. */
function name(field, file) {
  const held = new DataTransfer();
  held.items.add(file);
  field.files = held.files;
}

/** Columns of the answers: [name, value of a row]. */
function answerColumns(rows) {
  const tagged = rows.some(({ answer }) => answer?.prediction.entities);
  const columns = [
    ["answer", ({ answer }) => answer?.label],
    ["confidence", ({ answer }) => answer?.confidence?.toFixed(4)],
    ["abstained", ({ answer }) => answer && String(answer.unsure)],
  ];
  if (tagged) columns.push(["entities", ({ answer }) => JSON.stringify(answer?.prediction.entities ?? [])]);
  if (rows.some(({ problem }) => problem)) columns.push(["problem", ({ problem }) => problem]);
  return columns;
}

/** Whether the first row names columns: all different, and each a name. */
function looksLikeNames([first, ...rest]) {
  if (!rest.length) return false;
  if (first.some((cell) => TEXT_COLUMN.test(cell.trim()))) return true;
  return first.length > 1 && new Set(first).size === first.length && first.every((cell, i) => isName(cell, rest, i));
}

/** Whether a cell is no number, no value further down, and has few words or is far shorter than what stands below. */
function isName(cell, rest, column) {
  if (cell.length > 40 || !/^[^\d\s]/.test(cell.trim()) || rest.some((row) => row[column] === cell)) return false;
  const below = rest.slice(0, 50).map((row) => row[column]?.length ?? 0);
  return cell.trim().split(/\s+/).length <= 3 || 3 * cell.length < below.reduce((sum, size) => sum + size, 0) / below.length;
}

/** The column that is called like one, else the one with the longest cells. */
function textColumn(names, rows) {
  const called = names.findIndex((name) => TEXT_COLUMN.test(name));
  if (called >= 0) return called;
  const sizes = names.map((_, i) => rows.slice(0, 50).reduce((sum, row) => sum + (row[i]?.length ?? 0), 0));
  return sizes.indexOf(Math.max(...sizes));
}
