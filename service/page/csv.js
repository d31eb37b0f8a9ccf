// Reads and writes comma-separated values (RFC 4180), also with semicolons or tabs between them.

export const MOST_BYTES = 10_000_000;
const DELIMITERS = [",", ";", "\t", "|"];
const LOOKED_AT = 1000;
// What the mark in front of a file tells, as spreadsheets write it into "Unicode text".
const ENCODINGS = { "255,254": "utf-16le", "254,255": "utf-16be" };

/** The text of a file. Throws an Error whose message is for people. */
export async function readText(file) {
  if (file.size > MOST_BYTES) {
    const size = `${(file.size / 1e6).toFixed(1)} MB`;
    throw new Error(
      `“${file.name}” has ${size}; this page reads files of at most ${MOST_BYTES / 1e6} MB. ` +
        "Cut it into parts, or use the command line: engram score.",
    );
  }
  if (file.size === 0) throw new Error(`“${file.name}” is empty.`);
  const bytes = new Uint8Array(await file.arrayBuffer());
  const encoding = ENCODINGS[bytes.slice(0, 2).join()] ?? "utf-8";
  if (encoding === "utf-8" && bytes.includes(0)) throw new Error(`“${file.name}” is no text file, so no CSV either.`);
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new Error(`“${file.name}” is no text in UTF-8. Save it as “CSV UTF-8” and try again.`);
  }
}

/**
 * The delimiter at which all rows have the same number of cells, two or more; of several the one with most cells.
 *
 * Where there is none, a row is broken: then the one with most cells in the first row. A name that ends in .tsv
 * promises tabs, which count before all others where the first row holds one. A first row of one cell begins a
 * file of one column: its delimiter is one that no row holds.
 */
export function sniff(text, name) {
  const counts = DELIMITERS.map((delimiter) => widths(text, delimiter));
  const first = counts.map((widths) => widths[0] ?? 0);
  if (/\.tsv$/i.test(name) && first[DELIMITERS.indexOf("\t")] > 1) return "\t";
  const even = first.map((width, i) => (counts[i].every((other) => other === width) ? width : 0));
  const judged = Math.max(...even) > 1 || Math.max(...first) === 1 ? even : first;
  return DELIMITERS[judged.indexOf(Math.max(...judged))];
}

/** How many cells each of the first rows has; none where a quote is never closed. */
function widths(text, delimiter) {
  try {
    return parse(text, delimiter, LOOKED_AT).map((row) => row.length);
  } catch {
    return [];
  }
}

/** Rows of cells; empty rows are left out. Throws an Error where a quote is never closed. */
export function parse(text, delimiter, mostRows = Infinity) {
  const rows = [];
  let row = [];
  let cell = "";
  let line = 1;
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const endRow = () => {
    row.push(cell);
    if (row.length > 1 || row[0] !== "") rows.push(row);
    row = [];
    cell = "";
  };
  while (at < text.length && rows.length < mostRows) {
    const char = text[at];
    if (char === '"' && cell === "") {
      const [inside, end] = quoted(text, at, line);
      line += newlines(inside);
      cell = inside;
      at = end;
      // What follows a closing quote belongs to the cell, as spreadsheets have it.
      const rest = plainEnd(text, at, delimiter);
      cell += text.slice(at, rest);
      at = rest;
    } else if (char === delimiter) {
      row.push(cell);
      cell = "";
      at++;
    } else if (char === "\n" || char === "\r") {
      endRow();
      line++;
      at += char === "\r" && text[at + 1] === "\n" ? 2 : 1;
    } else {
      const end = plainEnd(text, at, delimiter);
      cell += text.slice(at, end);
      at = end;
    }
  }
  if (rows.length < mostRows && (cell !== "" || row.length)) endRow();
  return rows;
}

function quoted(text, start, line) {
  let inside = "";
  for (let at = start + 1; ; ) {
    const end = text.indexOf('"', at);
    if (end < 0) throw new Error(`The quote that opens in line ${line} is never closed.`);
    inside += text.slice(at, end);
    if (text[end + 1] !== '"') return [inside, end + 1];
    inside += '"';
    at = end + 2;
  }
}

function plainEnd(text, start, delimiter) {
  let at = start;
  while (at < text.length && text[at] !== delimiter && text[at] !== "\n" && text[at] !== "\r") at++;
  return at;
}

const newlines = (text) => text.match(/\r\n|\r|\n/g)?.length ?? 0;

/** What ends the lines of a file: what ends its first. */
export const lineEnd = (text) => text.match(/\r\n|\r|\n/)?.[0] ?? "\r\n";

/** The text of a CSV file; with a mark in front that tells spreadsheets it is UTF-8. */
export function write(rows, delimiter, end) {
  const cell = (value) => (/[",\r\n;\t|]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  const lines = rows.map((row) => row.map((value) => cell(String(value ?? ""))).join(delimiter) + end);
  return `\ufeff${lines.join("")}`;
}
