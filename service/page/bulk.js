// Answers many texts: in parts, a few at a time, smaller parts where they are too large.

import { backOff, sleep } from "./api.js";

const LANES = 2;
const MOST_ROWS = 64;
const MOST_ATTEMPTS = 6;
// A character takes at most six bytes of a JSON body, as an escape.
const BYTES = 6;

/**
 * Fills rows[i].answer or rows[i].problem for every row without them.
 *
 * ask(texts) gives one answer a text or throws a Failure. onStep(sentence) is told after every part, and why
 * there is a pause. Throws the Failure that does not pass, or the signal's; what was answered stays.
 */
export async function answerAll(rows, ask, limits, onStep, signal) {
  const waiting = parts(rows, limits);
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const lane = async () => {
    for (let part = waiting.shift(); part; part = waiting.shift()) {
      await answerPart(part, ask, waiting, onStep, either);
      onStep("");
    }
  };
  try {
    await Promise.all(Array.from({ length: LANES }, lane));
  } finally {
    stop.abort();
  }
}

async function answerPart(part, ask, waiting, onStep, signal) {
  for (let attempt = 1; ; attempt++) {
    try {
      const answers = await ask(part.map(({ text }) => text), signal);
      part.forEach((row, i) => (row.answer = answers[i]));
      return;
    } catch (failure) {
      if (signal.aborted) throw failure;
      const tooMuch = failure.status === 413 || failure.status === 504;
      if (tooMuch && part.length > 1) {
        const half = part.length >> 1;
        waiting.unshift(part.slice(0, half), part.slice(half));
        return;
      }
      if (tooMuch || failure.status === 400 || failure.status === 422) {
        for (const row of part) row.problem = failure.message;
        return;
      }
      if (!failure.passes || attempt === MOST_ATTEMPTS) throw failure;
      const wait = backOff(failure, attempt - 1);
      onStep(`${failure.message} Trying again in ${Math.ceil(wait / 1000)} s.`);
      await sleep(wait, signal);
    }
  }
}

/** Rows that are not answered, in parts that one request can carry. */
export function parts(rows, limits) {
  const most = Math.min(MOST_ROWS, limits.texts);
  const room = limits.body / BYTES / 2;
  const found = [];
  let part = [];
  let size = 0;
  for (const row of rows) {
    if (row.answer || row.problem) continue;
    if (!row.text.trim()) {
      row.problem = "no text";
      continue;
    }
    if (row.text.length > limits.characters && Array.from(row.text).length > limits.characters) {
      row.problem = `longer than ${limits.characters.toLocaleString("en")} characters`;
      continue;
    }
    if (part.length && (part.length === most || size + row.text.length > room)) {
      found.push(part);
      part = [];
      size = 0;
    }
    part.push(row);
    size += row.text.length;
  }
  if (part.length) found.push(part);
  return found;
}
