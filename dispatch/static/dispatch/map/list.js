// The trucks in view as a list, the worst first, for those who read and for those without a mouse.
import { bandOf, paintMark } from "./marks.js";

const ROWS = 60;
const EVERY_MS = 1500;
const PROMISED = new Set(["bound", "there", "swapping"]);

// Low and nothing promised, then those not heard of, then low ones, then the rest by charge.
export function worstFirst([, a, stateA], [, b, stateB]) {
  return rank(a, stateA) - rank(b, stateB) || a.soc - b.soc;
}

function rank(truck, state) {
  const isLow = bandOf(truck.soc) === "low";
  if (state === "stale") return 1;
  if (isLow && !PROMISED.has(state) && truck.phase === undefined) return 0;
  if (state === "late") return 2;
  return isLow ? 3 : 4;
}

export class TruckList {
  constructor(rows, { nameOf, tellOf, onPick, onPoint, words }) {
    Object.assign(this, { rows, nameOf, tellOf, onPick, onPoint, words, shownMs: -EVERY_MS, chosen: null });
    rows.addEventListener("click", (event) => {
      const row = event.target.closest("button");
      if (row) this.onPick(Number(row.dataset.id));
    });
    rows.addEventListener("keydown", (event) => this.step(event));
  }

  step(event) {
    const items = [...this.rows.querySelectorAll("button")];
    const i = items.indexOf(document.activeElement);
    const to = { ArrowDown: i + 1, ArrowUp: i - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    if (to < 0) this.onPoint(null);
    else items[Math.min(to, items.length - 1)]?.focus();
  }

  enter() {
    this.rows.querySelector("button")?.focus();
  }

  // trucks: [[id, truck, state]]; where someone points or has the focus the order stays.
  show(trucks, stamps, { isNow = false } = {}) {
    if (!isNow && performance.now() - this.shownMs < EVERY_MS) return;
    this.shownMs = performance.now();
    const isHeld = !isNow && this.rows.matches(":hover, :focus-within");
    if (isHeld) {
      const known = new Map(trucks.map((each) => [each[0], each]));
      for (const row of this.rows.querySelectorAll("button")) {
        const each = known.get(Number(row.dataset.id));
        if (each) this.fill(row, each, stamps);
      }
      return;
    }
    const worst = trucks.sort(worstFirst).slice(0, ROWS);
    while (this.rows.children.length < worst.length) this.rows.append(this.blank());
    while (this.rows.children.length > worst.length) this.rows.lastElementChild.remove();
    worst.forEach((each, i) => this.fill(this.rows.children[i].firstElementChild, each, stamps));
    return trucks.length - worst.length;
  }

  blank() {
    const item = document.createElement("li");
    const row = Object.assign(document.createElement("button"), { type: "button" });
    const mark = Object.assign(document.createElement("canvas"), { width: 44, height: 44 });
    row.append(mark, ...["b", "span", "small"].map((name) => document.createElement(name)));
    item.append(row);
    return item;
  }

  fill(row, [id, truck, state], stamps) {
    const [mark, name, charge, tells] = row.children;
    row.dataset.id = id;
    row.setAttribute("aria-current", id === this.chosen);
    name.textContent = this.nameOf(id);
    charge.textContent = `${truck.soc} %`;
    tells.textContent = this.tellOf(id, truck, state);
    const context = mark.getContext("2d");
    context.setTransform(2, 0, 0, 2, 22, 22);
    context.clearRect(-22, -22, 44, 44);
    paintMark(context, stamps.palette, state, bandOf(truck.soc), 0, 5);
  }
}
