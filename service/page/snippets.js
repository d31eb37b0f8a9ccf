// The same question as a curl command and as a Python program.

import { hasKey } from "./api.js";

const quoteShell = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

/** For a POSIX shell. A key is taken from the environment, so that it stays out of the shell's history. */
export function asCurl(base, body) {
  const lines = [`curl ${new URL("predict", base)}`, "-H 'Content-Type: application/json'"];
  if (hasKey()) lines.push('-H "Authorization: Bearer $ENGRAM_KEY"');
  lines.push(`-d ${quoteShell(JSON.stringify(body))}`);
  return lines.join(" \\\n  ");
}

/** JSON's strings and numbers are Python's too. */
export function asPython(base, { text, ...choice }) {
  const asked = Object.entries(choice).map(([name, value]) => `, ${name}=${JSON.stringify(value)}`);
  const url = JSON.stringify(new URL(".", base).href.replace(/\/$/, ""));
  const key = hasKey() ? ', key=os.environ["ENGRAM_KEY"]' : "";
  return [
    ...(key ? ["import os", ""] : []),
    "from service.client import Client",
    "",
    `with Client(${url}${key}) as client:`,
    `    print(client.predict(${JSON.stringify(text)}${asked.join("")}))`,
  ].join("\n");
}

/** Puts a text into the clipboard, also where the page came over plain HTTP or the browser keeps it for itself. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copyMarked(text);
  }
}

/** What every browser allows after a click: to copy what is marked. */
function copyMarked(text) {
  const focused = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  focused?.focus({ preventScroll: true });
  if (!done) throw new Error("the browser refuses");
}
