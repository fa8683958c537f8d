// Draws thousands of trucks on one canvas: colour by charge, shape by what the truck does.

const BANDS = [
  { name: "low", below: 25, fill: "#b91c1c" },
  { name: "middle", below: 50, fill: "#b45309" },
  { name: "high", below: Infinity, fill: "#0f766e" },
];
const STALE = "#6b7280";
const REACH_PX = 14;

export const bandOf = (soc) => BANDS.find((band) => soc < band.below);

// driving, standing, bound (to a station), there (waiting at it), swapping, stale
export function stateOf(truck, atS, staleS) {
  if (atS - truck.at > staleS) return "stale";
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
  stale: (c, r) => { c.moveTo(-r, -r); c.lineTo(r, r); c.moveTo(r, -r); c.lineTo(-r, r); },
};

export function paintMark(context, state, soc, heading, r) {
  context.beginPath();
  context.save();
  if (state === "driving" || state === "bound") context.rotate((Math.max(heading, 0) * Math.PI) / 180);
  SHAPES[state](context, r);
  context.restore();
  const colour = state === "stale" ? STALE : bandOf(soc).fill;
  context.strokeStyle = colour;
  context.lineWidth = state === "stale" ? 2 : 1.5;
  if (state !== "stale") {
    context.fillStyle = colour;
    context.fill("evenodd");
  }
  context.stroke();
}

export const TruckLayer = L.Layer.extend({
  initialize(trucks, options) {
    this.trucks = trucks; // Map: id -> {at, lat, lon, soc, heading, speed, phase}
    L.setOptions(this, options); // shows(truck, state), atS(), staleS, lines()
    this.drawn = { count: 0, at: 0 };
  },

  onAdd(map) {
    this.canvas = L.DomUtil.create("canvas", "map-trucks leaflet-zoom-hide", map.getPane("overlayPane"));
    map.on("moveend zoomend resize viewreset", this.place, this);
    this.place();
  },

  onRemove(map) {
    map.off("moveend zoomend resize viewreset", this.place, this);
    this.canvas.remove();
  },

  place() {
    const size = this._map.getSize().multiplyBy(1.5); // so that dragging shows what lies beyond
    const scale = window.devicePixelRatio || 1;
    this.corner = this._map.containerPointToLayerPoint(this._map.getSize().multiplyBy(-0.25)).round();
    this.canvas.width = size.x * scale;
    this.canvas.height = size.y * scale;
    this.canvas.style.width = `${size.x}px`;
    this.canvas.style.height = `${size.y}px`;
    L.DomUtil.setPosition(this.canvas, this.corner);
    this.draw();
  },

  ask() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      if (this._map) this.draw();
    });
  },

  pointOf(truck) {
    return this._map.latLngToLayerPoint([truck.lat / 1e5, truck.lon / 1e5]).subtract(this.corner);
  },

  draw() {
    const context = this.canvas.getContext("2d");
    const scale = window.devicePixelRatio || 1;
    const atS = this.options.atS();
    const r = Math.max(3, Math.min(7, this._map.getZoom() - 6));
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.drawLines(context);
    this.seen = [];
    for (const [id, truck] of this.trucks) {
      const state = stateOf(truck, atS, this.options.staleS);
      if (!this.options.shows(id, truck, state)) continue;
      const point = this.pointOf(truck);
      this.seen.push([id, point]);
      context.setTransform(scale, 0, 0, scale, point.x * scale, point.y * scale);
      paintMark(context, state, truck.soc, truck.heading, r);
    }
    this.drawn = { count: this.seen.length, at: performance.now() };
    this.options.onDrawn(this.drawn.count);
  },

  drawLines(context) {
    context.strokeStyle = "#2563eb";
    context.lineWidth = 1;
    context.setLineDash([4, 3]);
    context.beginPath();
    for (const [truck, at] of this.options.lines()) {
      const from = this.pointOf(truck);
      const to = this._map.latLngToLayerPoint(at).subtract(this.corner);
      context.moveTo(from.x, from.y);
      context.lineTo(to.x, to.y);
    }
    context.stroke();
    context.setLineDash([]);
  },

  nearest(latlng) {
    const at = this._map.latLngToLayerPoint(latlng).subtract(this.corner);
    let best = null;
    let least = REACH_PX;
    for (const [id, point] of this.seen) {
      const far = Math.hypot(point.x - at.x, point.y - at.y);
      if (far < least) [best, least] = [id, far];
    }
    return best;
  },
});
