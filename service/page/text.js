// Texts by code points, as the service counts them, and the parts of a text that no word covers.

export const lengthOf = (text) => Array.from(text).length;

/** The text from one code point to another. */
export function slicer(text) {
  const points = Array.from(text);
  return { length: points.length, slice: (start, end) => points.slice(start, end).join("") };
}

/**
 * The whole text in order: {item} for every given stretch, {text, start} for what lies between them.
 * Stretches have start and end, and do not overlap.
 */
export function pieces(text, stretches) {
  const { length, slice } = slicer(text);
  const found = [];
  let at = 0;
  for (const item of stretches) {
    if (item.start > at) found.push({ text: slice(at, item.start), start: at });
    found.push({ item, text: slice(item.start, item.end), start: item.start });
    at = item.end;
  }
  if (at < length) found.push({ text: slice(at, length), start: at });
  return found;
}

/** Whether something stands there that a model reads. */
export const hasWords = (text) => /[\p{L}\p{N}]/u.test(text);

// Scripts that tell the language: kana before Han, as Japanese is written with both.
const LANGUAGES = [
  ["ja", /[\p{Script=Hiragana}\p{Script=Katakana}]/u],
  ["ko", /\p{Script=Hangul}/u],
  ["zh", /\p{Script=Han}/u],
  ["he", /\p{Script=Hebrew}/u],
  ["th", /\p{Script=Thai}/u],
  ["el", /\p{Script=Greek}/u],
  // Persian and Urdu write these letters, Arabic does not.
  ["ar", /^(?!.*[پچژگکیٹڈڑ]).*\p{Script=Arabic}/su],
];

/** The language that the script of a text tells, for fonts and voices; undefined where it tells none. */
export const languageOf = (text) => LANGUAGES.find(([, script]) => script.test(text))?.[0];

/** A label that no person reads at a glance, shortened. */
export const shorten = (text, most) => {
  const points = Array.from(text);
  return points.length > most ? `${points.slice(0, most - 1).join("")}…` : text;
};
