// The tokens of a text and where they stand, by the text rule of the models; the service tells what they are, not where.

import { lengthOf, pieces } from "./text.js";

// Ideographs stand alone; format characters and variation selectors count as if they were not there.
const HAN = /[\u3005-\u3007\u3021-\u3029\u3038-\u303b\p{Unified_Ideograph}\uf900-\ufaff]/u.source;
const ALONE = new RegExp(`^${HAN}$`, "u");
const IGNORED = /(?![\u200b\u0600-\u0605\u06dd\u070f])[\p{Cf}\p{Default_Ignorable_Code_Point}]/u;
const LETTER = `(?:(?!${HAN})[\\p{L}\\p{M}\\p{N}])`;
const JOINER = "['`´ʼ‘’‛＇｀·׳״]";
const BETWEEN_DIGITS = "(?<=\\p{Nd})[.,/:٫٬，．／：](?=\\p{Nd})";
const ONE = "[^\\s\\p{Cc}\\u200b]";
const WORD = new RegExp(`${LETTER}+(?:(?:${JOINER}|${BETWEEN_DIGITS})${LETTER}+)*|${ONE}`, "gu");
const CHARACTER = new RegExp(ONE, "gu");

/** Where the tokens stand: [{start, end, text}] in code points. A segmenter's words are not found here. */
export function tokensOf(text, unit) {
  const points = Array.from(text);
  const kept = [...points.keys()].filter((place) => !IGNORED.test(points[place]));
  const source = kept.map((place) => points[place]).join("");
  let [at, read] = [0, 0];
  return Array.from(source.matchAll(unit === "character" ? CHARACTER : WORD), ({ 0: token, index }) => {
    const first = at + lengthOf(source.slice(read, index));
    [at, read] = [first + lengthOf(token), index + token.length];
    const [start, end] = [kept[first], kept[at - 1] + 1];
    return { start, end, text: points.slice(start, end).join("") };
  });
}

/**
 * The stretches that the unknown tokens cover, in order. What is no token by the rule (a segmenter's word, a part
 * of one) is looked for everywhere, the longest first. With a segmenter an ideograph alone is left out: where it is
 * a word, and where a part of one, cannot be told.
 */
export function unknownStretches(text, unknown, version) {
  const wanted = new Set(unknown.filter((token) => !version?.segmenter || !ALONE.test(token)));
  const whole = tokensOf(text, version?.unit).filter((token) => wanted.has(token.text) || wanted.has(fold(token.text)));
  for (const token of whole) for (const form of [token.text, fold(token.text)]) wanted.delete(form);
  if (!wanted.size) return whole;
  const parts = placesOf(text, wanted);
  return pieces(text, parts).flatMap(({ item, start, text: part }) =>
    item ? [item] : within(whole, start, start + lengthOf(part)),
  );
}

/** Where what is not read begins, in code points; null where it cannot be told or the end is read. */
export function startOfUnread(text, prediction, version) {
  if (!prediction.truncated || !version || version.segmenter || version.truncate === "tail") return null;
  const found = tokensOf(text, version.unit);
  return found.length === prediction.tokens ? (found[version.max_length]?.start ?? null) : null;
}

function placesOf(text, tokens) {
  const longestFirst = [...tokens].sort((one, other) => other.length - one.length);
  const any = new RegExp(longestFirst.map(quote).join("|"), "gu");
  let [at, read] = [0, 0];
  return Array.from(text.matchAll(any), ({ 0: token, index }) => {
    const start = at + lengthOf(text.slice(read, index));
    [at, read] = [start + lengthOf(token), index + token.length];
    return { start, end: at, text: token };
  });
}

const within = (stretches, first, last) => stretches.filter(({ start, end }) => start >= first && end <= last);
const quote = (token) => token.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
const fold = (token) => token.normalize("NFKC").toLowerCase();
