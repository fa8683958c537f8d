// What is known of the chosen truck, kept up to date while it is open; follows it if asked.
import { ask } from "./feed.js";

const AGAIN_MS = 5000;
const TRAIL_S = 6 * 3600;

export class Detail {
  constructor({ map, layer, urls, list, atS }) {
    Object.assign(this, { map, layer, urls, list, atS, id: null, follows: false, opener: null });
    this.panel = document.getElementById("map-detail");
    this.box = document.getElementById("map-follow");
    this.trail = L.polyline([], { className: "map-trail", interactive: false }).addTo(map);
    map.on("dragstart", () => this.setFollows(false));
    this.box.addEventListener("change", () => this.setFollows(this.box.checked));
    document.getElementById("map-close").addEventListener("click", () => this.close());
    setInterval(() => this.refresh(), AGAIN_MS);
  }

  setFollows(isOn) {
    this.box.checked = this.follows = isOn;
    this.follow();
  }

  follow() {
    const truck = this.layer.trucks.get(this.id);
    if (this.follows && truck) this.map.panTo([truck.lat / 1e5, truck.lon / 1e5], { animate: false });
  }

  close() {
    if (this.id === null) return;
    this.choose(null);
    if (this.opener?.isConnected && this.opener.checkVisibility()) this.opener.focus();
    this.opener = null;
  }

  async choose(id, { focuses = false } = {}) {
    if (focuses) this.opener = document.activeElement;
    this.id = this.layer.chosen = this.list.chosen = id;
    this.panel.hidden = id === null;
    this.trail.setLatLngs([]);
    this.layer.ask();
    for (const row of this.list.rows.querySelectorAll("button")) {
      row.setAttribute("aria-current", Number(row.dataset.id) === id);
    }
    if (id === null) return;
    this.panel.querySelector("div").replaceChildren();
    if (focuses) this.panel.focus({ preventScroll: true });
    await this.fetch();
    const since = new Date((this.atS() - TRAIL_S) * 1000).toISOString();
    const { points } = await ask(this.of("track"), { since }).catch(() => ({ points: [] }));
    if (this.id === id) this.trail.setLatLngs(points.map(([, lat, lon]) => [lat / 1e5, lon / 1e5]));
  }

  // Not under the hand of someone who is about to follow a link.
  async refresh() {
    const isHeld = this.panel.querySelector("div").matches(":hover, :focus-within");
    if (this.id !== null && !document.hidden && !isHeld) await this.fetch().catch(() => null);
  }

  async fetch() {
    const id = this.id;
    const answer = await fetch(this.of("truck"));
    const text = answer.ok ? await answer.text() : "";
    if (this.id === id) this.panel.querySelector("div").innerHTML = text;
  }

  of(name) {
    return this.urls[name].replace("/0/", `/${this.id}/`);
  }
}
