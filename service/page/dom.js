// Makes elements. Whatever comes from a text, a file or the service becomes text nodes, never markup.

const SVG = "http://www.w3.org/2000/svg";

export const byId = (id) => document.getElementById(id);

/** An HTML element: properties, "class", listeners ("onclick") and attributes ("aria-label"). */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (key === "class") made.className = value;
    else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key in made && !key.includes("-")) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export function svg(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Shows a sentence in a place that screen readers watch; hides the place where there is none. */
export function say(place, sentence, plain = false) {
  place.classList.toggle("plain", plain);
  if (place.textContent !== sentence) place.textContent = sentence;
  place.hidden = !sentence;
}

/** Near 0 and near 1 with a decimal, alike; what is not quite one of them is never shown as if it were. */
export function percent(share) {
  if (share <= 0 || share >= 1) return `${Math.round(100 * share)} %`;
  if (share < 0.001) return "<0.1 %";
  if (share > 0.999) return ">99.9 %";
  return `${(100 * share).toFixed(share < 0.005 || share >= 0.995 ? 1 : 0)} %`;
}

export const count = (n, one, many = `${one}s`) => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
