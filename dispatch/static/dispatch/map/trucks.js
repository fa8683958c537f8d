// Draws thousands of trucks on one canvas, with lines to their stations and plates where there is room.
import { isFree } from "./labels.js";
import { Stamps, bandOf, stateOf } from "./marks.js";

const REACH_PX = 14;
const LINE_REACH_PX = 7;
const NAMED_AT_MOST = 60;
const DASHED_AT_MOST = 100;

function farFrom(at, from, to) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const part = ((at.x - from.x) * dx + (at.y - from.y) * dy) / (dx * dx + dy * dy || 1);
  const t = Math.max(0, Math.min(1, part));
  return Math.hypot(at.x - from.x - t * dx, at.y - from.y - t * dy);
}

export const TruckLayer = L.Layer.extend({
  initialize(trucks, options) {
    this.trucks = trucks; // Map: id -> {at, lat, lon, soc, heading, speed, phase, everyS}
    L.setOptions(this, options); // shows(id, truck, state), atS(), staleS, lagS, lines(), taken(), nameOf(id)
    this.drawn = { count: 0, at: 0, tookMs: 0 };
    this.chosen = null;
    this.seen = [];
  },

  onAdd(map) {
    this.canvas = L.DomUtil.create("canvas", "map-trucks leaflet-zoom-hide", map.getPane("overlayPane"));
    this.stamps = new Stamps(map.getContainer());
    map.on("moveend zoomend resize viewreset", this.place, this);
    new MutationObserver(() => {
      this.stamps.forget();
      this.ask();
    }).observe(document.documentElement, { attributeFilter: ["class"] });
    this.place();
  },

  onRemove(map) {
    map.off("moveend zoomend resize viewreset", this.place, this);
    this.canvas.remove();
  },

  place() {
    const size = this._map.getSize().multiplyBy(1.5).round(); // so that dragging shows what lies beyond
    const scale = window.devicePixelRatio || 1;
    this.corner = this._map.containerPointToLayerPoint(this._map.getSize().multiplyBy(-0.25)).round();
    if (this.canvas.width !== size.x * scale || this.canvas.height !== size.y * scale) {
      this.canvas.width = size.x * scale;
      this.canvas.height = size.y * scale;
      this.canvas.style.width = `${size.x}px`;
      this.canvas.style.height = `${size.y}px`;
    }
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
    const began = performance.now();
    const context = this.canvas.getContext("2d");
    const scale = window.devicePixelRatio || 1;
    const atS = this.options.atS();
    const r = Math.max(4, Math.min(8, Math.round(this._map.getZoom() - 4)));
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    this.drawLines(context);
    this.seen = [];
    const [width, height] = [this.canvas.width / scale, this.canvas.height / scale];
    for (const [id, truck] of this.trucks) {
      const state = stateOf(truck, atS, this.options);
      if (!this.options.shows(id, truck, state)) continue;
      const point = this.pointOf(truck);
      this.seen.push([id, point, state]);
      if (point.x < -20 || point.y < -20 || point.x > width + 20 || point.y > height + 20) continue;
      const stamp = this.stamps.of(state, bandOf(truck.soc), truck.heading, r, scale);
      const side = stamp.width / scale;
      context.drawImage(stamp, point.x - side / 2, point.y - side / 2, side, side);
    }
    this.nameThem(context, r);
    this.drawn = { count: this.seen.length, at: performance.now(), tookMs: performance.now() - began };
    this.options.onDrawn(this);
  },

  // Those inside the window, not only on the canvas, which is larger.
  *inView() {
    const { x, y } = this._map.getSize();
    for (const each of this.seen) {
      const [, point] = each;
      if (point.x >= x / 4 && point.x <= x * 1.25 && point.y >= y / 4 && point.y <= y * 1.25) yield each;
    }
  },

  drawLines(context) {
    const { line } = this.stamps.palette;
    this.lines = [];
    const rows = [...this.options.lines()];
    context.strokeStyle = line;
    for (const isChosen of [false, true]) {
      context.lineWidth = isChosen ? 3 : 1;
      // Without a GPU hundreds of dashed lines take longer than all trucks.
      const isMany = !isChosen && rows.length > DASHED_AT_MOST;
      context.setLineDash(isMany ? [] : [4, 3]);
      context.globalAlpha = isMany ? 0.5 : 1;
      context.beginPath();
      for (const [id, truck, at] of rows) {
        if ((id === this.chosen) !== isChosen) continue;
        const from = this.pointOf(truck);
        const to = this._map.latLngToLayerPoint(at).subtract(this.corner);
        this.lines.push([id, from, to]);
        context.moveTo(from.x, from.y);
        context.lineTo(to.x, to.y);
      }
      context.stroke();
    }
    context.setLineDash([]);
    context.globalAlpha = 1;
  },

  // The chosen truck has a ring and its plate; of the others those that fit, when they are few.
  nameThem(context, r) {
    const { ink, ground } = this.stamps.palette;
    const chosen = this.seen.find(([id]) => id === this.chosen);
    const near = [...this.inView()];
    const rows = near.length <= NAMED_AT_MOST ? near : [];
    const taken = this.options.taken().map(([x, y, w, h]) => [x - this.corner.x, y - this.corner.y, w, h]);
    context.font = "600 12px system-ui, sans-serif";
    context.textBaseline = "middle";
    context.lineWidth = 3;
    for (const [id, { x, y }] of chosen ? [chosen, ...rows] : rows) {
      const name = this.options.nameOf(id);
      const box = [x + 2 * r + 2, y - 8, context.measureText(name).width, 16];
      if (id !== this.chosen && !isFree(taken, box)) continue;
      taken.push(box);
      context.strokeStyle = ground;
      context.fillStyle = ink;
      context.strokeText(name, box[0], y);
      context.fillText(name, box[0], y);
    }
    if (!chosen) return;
    context.strokeStyle = ink;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(chosen[1].x, chosen[1].y, 2.6 * r, 0, 7);
    context.stroke();
  },

  // The truck at a point of the map, else the one whose line to its station passes there.
  nearest(latlng) {
    const at = this._map.latLngToLayerPoint(latlng).subtract(this.corner);
    let [best, least] = [null, REACH_PX];
    for (const [id, point] of this.seen) {
      const far = Math.hypot(point.x - at.x, point.y - at.y);
      if (far < least) [best, least] = [id, far];
    }
    if (best !== null) return best;
    least = LINE_REACH_PX;
    for (const [id, from, to] of this.lines) {
      const far = farFrom(at, from, to);
      if (far < least) [best, least] = [id, far];
    }
    return best;
  },
});
