// What does not move: a plain ground with our own places, roads and stations; tiles if there are.
import { placeLabels } from "./labels.js";

const NAMES_FROM_ZOOM = 9.5; // farther out the names of places say nothing

export function drawGround(map, ground, config) {
  if (config.tile_url) L.tileLayer(config.tile_url, { attribution: config.tile_credit }).addTo(map);
  if (config.pmtiles_url) drawVectors(map, config);
  for (const road of ground.roads) {
    L.polyline(road, { className: "map-road", interactive: false }).addTo(map);
  }
  const naming = () => map.getContainer().classList.toggle("is-far", map.getZoom() < NAMES_FROM_ZOOM);
  map.on("zoomend", naming);
  naming();
  return ground.places.map((place) => {
    L.circle(place.at, { radius: place.radius_m, className: "map-place", interactive: false }).addTo(map);
    return { at: place.at, element: addMark(map, place, "is-place", { interactive: false, keyboard: false }).getElement() };
  });
}

// Vector tiles out of one file, in the page's language, light or dark as the page is.
async function drawVectors(map, config) {
  const file = new protomapsL.PmtilesSource(config.pmtiles_url, true).p;
  const { maxZoom } = await file.getHeader(); // beyond it the last tiles are drawn larger
  const isDark = () => document.documentElement.classList.contains("dark");
  let [layer, wasDark] = [null, null];
  const draw = () => {
    if (wasDark === isDark()) return;
    layer?.remove();
    wasDark = isDark();
    layer = protomapsL.leafletLayer({
      url: file,
      maxDataZoom: maxZoom,
      flavor: wasDark ? "dark" : "light",
      lang: document.documentElement.lang.slice(0, 2),
      attribution: config.tile_credit || "© OpenStreetMap",
    });
    layer.addTo(map);
  };
  draw();
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["class"] });
}

function addMark(map, { at, name }, kind, options) {
  const icon = L.divIcon({ className: `map-mark ${kind}`, html: "", iconSize: null });
  const mark = L.marker(at, { icon, ...options }).addTo(map);
  const label = document.createElement("span");
  label.append(Object.assign(document.createElement("b"), { textContent: name }));
  mark.getElement().append(document.createElement("i"), label);
  return mark;
}

export class Stations {
  constructor(map, stations, places, words) {
    Object.assign(this, { map, words, taken: [] });
    this.at = new Map(stations.map((station) => [station.id, station.at]));
    this.name = new Map(stations.map((station) => [station.id, station.name]));
    this.facts = new Map();
    const marks = stations.map((station) => {
      const mark = addMark(map, station, "is-station", {
        title: station.name,
        alt: station.name,
        keyboard: Boolean(station.board),
        interactive: Boolean(station.board),
      });
      const facts = document.createElement("span");
      mark.getElement().lastElementChild.append(facts);
      this.facts.set(station.id, { facts, element: mark.getElement() });
      if (station.board) mark.on("click", () => window.location.assign(station.board));
      return { at: station.at, element: mark.getElement() };
    });
    this.marks = [...marks, ...places];
    map.on("zoomend resize", this.place, this);
    this.place();
  }

  place() {
    this.taken = placeLabels(this.map, this.marks);
  }

  show(rows) {
    const { ready, waiting, lanes, closed } = this.words;
    let isChanged = false;
    for (const [id, packs, trucks, open, all] of rows) {
      const { facts, element } = this.facts.get(id) ?? {};
      if (!facts) continue;
      const text = open
        ? `${packs} ${ready} · ${trucks} ${waiting} · ${open}/${all} ${lanes}`
        : `${closed} · ${trucks} ${waiting}`;
      isChanged ||= facts.textContent.length !== text.length;
      facts.textContent = text;
      element.classList.toggle("is-closed", !open);
      element.classList.toggle("is-short", open > 0 && packs === 0);
    }
    if (isChanged) this.place();
  }
}
