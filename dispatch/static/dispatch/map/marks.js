// What a truck looks like: colour by charge, shape by what it does. Painted once, then stamped.

const BANDS = [
  { name: "low", below: 25 },
  { name: "middle", below: 50 },
  { name: "high", below: Infinity },
];
const HEADINGS = 24;

export const bandOf = (soc) => BANDS.find((band) => soc < band.below).name;

// driving, standing, bound (to a station), there (waiting at it), swapping, late (two of its
// intervals without a word), stale (too old to plan on)
export function stateOf(truck, atS, { staleS, lagS }) {
  const ageS = atS - truck.at;
  if (ageS > staleS) return "stale";
  if (ageS > 2 * truck.everyS + lagS) return "late";
  if (truck.phase === 3) return "swapping";
  if (truck.phase === 2) return "there";
  if (truck.phase === 1) return "bound";
  return truck.speed > 3 ? "driving" : "standing";
}

const SHAPES = {
  driving: (c, r) => { c.moveTo(0, -1.5 * r); c.lineTo(r, r); c.lineTo(-r, r); c.closePath(); },
  standing: (c, r) => c.rect(-r * 0.9, -r * 0.9, 1.8 * r, 1.8 * r),
  bound: (c, r) => { SHAPES.driving(c, r); c.moveTo(1.9 * r, 0); c.arc(0, 0, 1.9 * r, 0, 7); },
  there: (c, r) => { c.moveTo(0, -1.5 * r); c.lineTo(1.5 * r, 0); c.lineTo(0, 1.5 * r); c.lineTo(-1.5 * r, 0); c.closePath(); },
  swapping: (c, r) => { c.arc(0, 0, 1.2 * r, 0, 7); c.moveTo(2 * r, 0); c.arc(0, 0, 2 * r, 0, 7); },
  late: (c, r) => { c.rect(-r, -r, 2 * r, 2 * r); c.moveTo(-r, r); c.lineTo(r, -r); },
  stale: (c, r) => { c.moveTo(-r, -r); c.lineTo(r, r); c.moveTo(r, -r); c.lineTo(-r, r); },
};
const OPEN = new Set(["late", "stale"]); // outlines only: what is drawn is old

export function paintMark(context, palette, state, band, heading, r) {
  context.beginPath();
  context.save();
  if (state === "driving" || state === "bound") context.rotate((Math.max(heading, 0) * Math.PI) / 180);
  SHAPES[state](context, r);
  context.restore();
  context.strokeStyle = context.fillStyle = state === "stale" ? palette.stale : palette[band];
  context.lineWidth = OPEN.has(state) ? 2 : 1.5;
  if (!OPEN.has(state)) context.fill("evenodd");
  context.stroke();
}

export class Stamps {
  constructor(element) {
    this.element = element;
    this.forget();
  }

  // After the page went dark or light.
  forget() {
    const style = getComputedStyle(this.element);
    const names = ["low", "middle", "high", "stale", "line", "ground"];
    this.palette = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--map-${name}`)]));
    this.palette.ink = style.getPropertyValue("--ink");
    this.made = new Map();
  }

  of(state, band, heading, r, scale) {
    const turn = Math.round((Math.max(heading, 0) / 360) * HEADINGS) % HEADINGS;
    const key = `${state} ${band} ${turn} ${r} ${scale}`;
    let stamp = this.made.get(key);
    if (!stamp) {
      const side = Math.ceil(5 * r * scale);
      const sheet = new OffscreenCanvas(side, side);
      const context = sheet.getContext("2d");
      context.setTransform(scale, 0, 0, scale, side / 2, side / 2);
      paintMark(context, this.palette, state, band, (turn * 360) / HEADINGS, r);
      stamp = sheet.transferToImageBitmap(); // a canvas would be copied at each stamping
      this.made.set(key, stamp);
    }
    return stamp;
  }
}
