// Draws lanes over time: promises that stand in outline, swaps proposed filled, an arrow from the
// one to the other where a truck would move.

const NS = "http://www.w3.org/2000/svg";
const NAME = 150;
const TOP = 24;
const LANE = 30;
const GAP = 8;
const HOUR_MS = 3_600_000;
const BACK_MS = 10 * 60_000;

export function node(name, attributes = {}, text = "") {
  const made = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  return made;
}

// The time of day where the service is, as the lists have it.
export function timeText(ms, data) {
  return new Date(ms).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: data.zone });
}

// Where lanes and times are; `rows` by lane.
function scale(data, width, hours) {
  const from = data.now - BACK_MS;
  const pxPerMs = (width - NAME - 8) / (hours * HOUR_MS + BACK_MS);
  const rows = new Map();
  let y = TOP;
  for (const station of data.stations) {
    for (const lane of station.lanes) {
      rows.set(lane.id, { y, station, lane });
      y += LANE;
    }
    y += GAP;
  }
  return {
    rows, from, width,
    until: data.now + hours * HOUR_MS,
    height: y,
    x: (ms) => NAME + (ms - from) * pxPerMs,
    time: (x) => from + (x - NAME) / pxPerMs,
    lane: (at) => [...rows.values()].reduce((best, row) =>
      Math.abs(row.y + LANE / 2 - at) < Math.abs(best.y + LANE / 2 - at) ? row : best),
  };
}

export function draw(root, data, hours) {
  const width = Math.max(560, root.clientWidth);
  const on = scale(data, width, hours);
  const svg = node("svg", { width, height: on.height, viewBox: `0 0 ${width} ${on.height}`, role: "group", "aria-label": data.words.proposed });
  ground(svg, data, on, hours);
  const standing = new Map(data.standing.filter((bar) => bar.truck).map((bar) => [bar.truck, bar]));
  const proposed = new Set(data.proposed.map((bar) => bar.truck));
  for (const bar of data.standing) {
    const isKept = !proposed.has(bar.truck);
    block(svg, bar, on, data, bar.truck ? `standing${isKept ? " kept" : ""}` : "other");
  }
  const seen = new Set();
  for (const bar of data.proposed) {
    const was = seen.has(bar.truck) ? null : standing.get(bar.truck);
    seen.add(bar.truck);
    if (was) arrow(svg, was, bar, on);
    block(svg, bar, on, data, `proposed${bar.mine ? " mine" : ""}`);
  }
  const x = on.x(data.now + (Date.now() - data.readAt) * data.rate);
  svg.append(node("line", { class: "now", x1: x, x2: x, y1: TOP - 6, y2: on.height }));
  root.replaceChildren(svg);
  return { svg, on, data };
}

function ground(svg, data, on, hours) {
  const step = hours > 2 ? HOUR_MS / 2 : HOUR_MS / 4;
  for (let at = Math.ceil(on.from / step) * step; at < on.until; at += step) {
    svg.append(node("line", { class: "hour", x1: on.x(at), x2: on.x(at), y1: TOP, y2: on.height }));
    svg.append(node("text", { class: "tick", x: on.x(at) + 3, y: TOP - 9 }, timeText(at, data)));
  }
  for (const station of data.stations) {
    station.lanes.forEach((lane, index) => {
      const { y } = on.rows.get(lane.id);
      svg.append(node("rect", { class: "lane", x: NAME, y: y + 1, width: on.width - NAME - 8, height: LANE - 2 }));
      const name = station.name.length > 14 ? `${station.name.slice(0, 13)}…` : station.name;
      if (!index) {
        const text = node("text", { class: "station", x: 0, y: y + LANE / 2 + 4 }, name);
        text.append(node("title", {}, station.name));
        svg.append(text);
      }
      svg.append(node("text", { class: "tick", x: NAME - 24, y: y + LANE / 2 + 4 }, `L${lane.number}`));
      for (const [from, to] of lane.closed) {
        const left = Math.max(NAME, on.x(from ?? on.from));
        const right = Math.min(on.width - 8, on.x(to ?? on.until));
        if (right > left) svg.append(node("rect", { class: "closed", x: left, y: y + 1, width: right - left, height: LANE - 2 }));
      }
    });
  }
}

function block(svg, bar, on, data, kind) {
  const row = on.rows.get(bar.lane);
  if (!row || bar.to < on.from || bar.from > on.until) return;
  const left = Math.max(NAME, on.x(bar.from));
  const width = Math.max(4, Math.min(on.width - 8, on.x(bar.to)) - left);
  const isHeld = kind.startsWith("standing");
  const words = data.words;
  const label = bar.plate
    ? `${bar.plate}: ${isHeld ? words.promised : words.proposed}, ${row.station.name} ${words.lane} ${row.lane.number}, ${timeText(bar.from, data)}${bar.pinned ? `, ${words.pinned}` : ""}`
    : words.taken;
  const group = node("g", { class: `bar ${kind}${bar.may ? " may" : ""}` });
  if (bar.may) {
    group.setAttribute("tabindex", "0");
    group.setAttribute("role", "button");
    group.setAttribute("aria-label", `${label}. ${words.move}`);
    group.bar = bar;
  }
  group.append(node("rect", { x: left, y: row.y + 3, width, height: LANE - 6, rx: 3 }));
  if (bar.plate) group.append(name(bar, left, width, row.y, on, data));
  group.append(node("title", {}, label));
  svg.append(group);
}

// The end of the plate: in the bar if there is room, else beside it up to the next one.
function name(bar, left, width, y, on, data) {
  const text = `${bar.pinned ? "📌" : ""}${bar.plate.slice(-5)}`;
  const needs = text.length * 7.4 + 4;
  if (needs <= width) return node("text", { x: left + 3, y: y + LANE / 2 + 4 }, text);
  const others = [...data.standing, ...data.proposed].filter((other) => other.lane === bar.lane);
  const next = Math.min(...others.map((other) => other.from).filter((from) => from >= bar.to - 1000));
  const fits = on.x(next) - left - width >= needs || next === Infinity;
  const x = left + (fits ? width + 3 : 2);
  const room = Math.max(2, Math.floor((width - 3) / 7.4));
  return node("text", { x, y: y + LANE / 2 + 4, class: fits ? "beside" : "" }, fits ? text : text.slice(-room));
}

function arrow(svg, was, bar, on) {
  const start = on.rows.get(was.lane);
  const end = on.rows.get(bar.lane);
  if (!start || !end || (was.lane === bar.lane && Math.abs(was.from - bar.from) < 120_000)) return;
  const x1 = Math.max(NAME, on.x((was.from + was.to) / 2));
  const x2 = Math.max(NAME, on.x((bar.from + bar.to) / 2));
  const y1 = start.y + LANE / 2;
  const y2 = end.y + LANE / 2;
  svg.append(node("path", { class: "arrow", d: `M${x1} ${y1}Q${(x1 + x2) / 2 + 12} ${(y1 + y2) / 2 - 12} ${x2} ${y2}` }));
  svg.append(node("circle", { class: "arrow-end", cx: x2, cy: y2, r: 3 }));
}

export { LANE };
