// The reading curve: how probable each label is after every word.

import { percent, svg, element } from "./dom.js";
import { shorten } from "./text.js";

const HEIGHT = 170;
const EDGE = { left: 46, right: 10, top: 10, bottom: 20 };
const MOST_LINES = 3;
const MOST_DOTS = 80;

/** The labels whose curves are drawn: of two only the one that is answered, the other one mirrors it. */
export function drawn(explanation) {
  const last = explanation.prefixes.at(-1).probabilities;
  const others = Object.keys(last).filter((label) => label !== explanation.label);
  return [explanation.label, ...(others.length > 1 ? others.slice(0, MOST_LINES - 1) : [])];
}

/** {node, choose}: the curve; onChoose is called with the place of the word under the pointer. */
export function curveView(explanation, onChoose) {
  const labels = drawn(explanation);
  const { prefixes } = explanation;
  const series = labels.map((label) => prefixes.map(({ probabilities }) => probabilities[label] ?? 0));
  const name = `After each of ${prefixes.length} words, the probability of ${labels.join(", ")}: ${outline(series[0])}`;
  const chart = svg("svg", { role: "img", "aria-label": name, height: HEIGHT });
  const node = element("figure", { class: "curve" }, legend(labels), chart);
  let width = 0;
  let mirrored = false;
  let chosen = -1;
  let cursor = null;

  const x = (place) => {
    const room = width - EDGE.left - EDGE.right;
    const share = prefixes.length > 1 ? place / (prefixes.length - 1) : 0.5;
    return EDGE.left + room * (mirrored ? 1 - share : share);
  };
  const y = (share) => HEIGHT - EDGE.bottom - (HEIGHT - EDGE.top - EDGE.bottom) * share;

  function draw() {
    chart.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    cursor = svg("g", { class: "cursor" });
    chart.replaceChildren(grid(width, y), ...series.map((shares, i) => line(shares, i, x, y)), caption(width, mirrored), cursor);
    mark();
  }

  function mark() {
    cursor?.replaceChildren();
    if (chosen < 0 || !cursor) return;
    const at = x(chosen);
    cursor.append(svg("line", { x1: at, x2: at, y1: EDGE.top, y2: HEIGHT - EDGE.bottom }));
    series.forEach((shares, i) =>
      cursor.append(svg("circle", { cx: at, cy: y(shares[chosen]), r: 5, class: `line-${i}` })),
    );
  }

  new ResizeObserver(() => {
    const direction = node.parentElement?.querySelector(".words");
    mirrored = direction ? getComputedStyle(direction).direction === "rtl" : false;
    const now = Math.floor(node.clientWidth);
    if (now && now !== width) {
      width = now;
      draw();
    }
  }).observe(node);

  chart.addEventListener("pointermove", (event) => {
    const share = (event.clientX - chart.getBoundingClientRect().left - EDGE.left) / (width - EDGE.left - EDGE.right);
    const place = Math.round((mirrored ? 1 - share : share) * (prefixes.length - 1));
    onChoose(Math.max(0, Math.min(prefixes.length - 1, place)));
  });
  return {
    node,
    choose(place) {
      chosen = place;
      mark();
    },
  };
}

function grid(width, y) {
  const group = svg("g", { class: "grid" });
  for (const share of [0, 0.5, 1]) {
    const label = svg("text", { x: EDGE.left - 6, y: y(share) + 4, "text-anchor": "end" });
    label.textContent = percent(share);
    group.append(svg("line", { x1: EDGE.left, x2: width - EDGE.right, y1: y(share), y2: y(share) }), label);
  }
  return group;
}

function line(shares, i, x, y) {
  const group = svg("g", { class: `line-${i}` });
  const points = shares.map((share, place) => `${x(place).toFixed(1)},${y(share).toFixed(1)}`).join(" ");
  group.append(svg("polyline", { points }));
  if (shares.length <= MOST_DOTS) {
    shares.forEach((share, place) => group.append(svg("circle", { cx: x(place), cy: y(share), r: 2.5 })));
  }
  return group;
}

function caption(width, mirrored) {
  const at = mirrored ? { x: EDGE.left, "text-anchor": "start" } : { x: width - EDGE.right, "text-anchor": "end" };
  const text = svg("text", { ...at, y: HEIGHT - 4, class: "caption" });
  text.textContent = mirrored ? "← in the order of reading" : "in the order of reading →";
  return text;
}

function legend(labels) {
  const items = labels.map((label, i) =>
    element("span", { class: `key line-${i}` }, element("bdi", {}, shorten(label, 30))),
  );
  return element("figcaption", {}, "Probability after each word: ", ...items);
}

function outline(shares) {
  const [low, high] = [Math.min(...shares), Math.max(...shares)];
  return `from ${percent(shares[0])} to ${percent(shares.at(-1))}, between ${percent(low)} and ${percent(high)}`;
}
