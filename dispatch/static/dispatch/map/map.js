// The live map: puts ground, stations, trucks, list, filters, details and playback together.
import { Detail } from "./detail.js";
import { Feed, ask } from "./feed.js";
import { Stations, drawGround } from "./ground.js";
import { TruckList } from "./list.js";
import { bandOf, paintMark } from "./marks.js";
import { Playback } from "./playback.js";
import { TruckLayer } from "./trucks.js";

const byId = (id) => document.getElementById(id);
const config = JSON.parse(byId("map-config").textContent);
const ground = JSON.parse(byId("map-ground").textContent);
const words = config.words;
const trucks = new Map();
let plates = {};
let playback = null;
const wanted = () => byId("map-find").value.trim().toUpperCase();
const plateOf = (id) => plates[id] ?? "";

L.Control.Zoom.mergeOptions({ zoomInTitle: config.words.zoom_in, zoomOutTitle: config.words.zoom_out });
const map = L.map("map", { zoomSnap: 0.5, attributionControl: Boolean(config.tile_credit || config.pmtiles_url) });
const everything = [...ground.stations, ...ground.places].map((each) => each.at);
if (everything.length) map.fitBounds(L.latLngBounds(everything).pad(0.02));
else map.setView([39.6, 118.2], 8);
const stations = new Stations(map, ground.stations, drawGround(map, ground, config), words);

const filters = { band: new Set(), state: new Set() };
function readFilters() {
  for (const name of ["band", "state"]) {
    filters[name] = new Set(
      [...document.querySelectorAll(`[name=${name}]:checked`)].map((box) => box.value),
    );
  }
}
readFilters();

function* lines() {
  if (playback?.thenS || !byId("map-lines").checked) return;
  for (const [id, truck] of trucks) {
    const at = truck.phase < 3 && stations.at.get(truck.station);
    if (at) yield [id, truck, at];
  }
}

const feed = new Feed(config.urls.now, {
  trucks,
  onNews(news) {
    stations.show(news.stations);
    if (playback.thenS !== null) return;
    playback.tell();
    layer.ask();
    detail.follow();
  },
  onCut(isCut) {
    byId("map-cut").hidden = !isCut;
  },
});

const list = new TruckList(byId("map-rows"), {
  nameOf: plateOf,
  words,
  tellOf(id, truck, state) {
    const ageMin = Math.round((layer.options.atS() - truck.at) / 60);
    const isOld = state === "late" || state === "stale";
    const parts = [words.states[state]];
    if (isOld && ageMin > 0) parts.push(words.ago.replace("{minutes}", ageMin));
    if (!isOld && stations.name.has(truck.station)) parts.push(stations.name.get(truck.station));
    return parts.join(" · ");
  },
  onPick: (id) => go(id),
  onPoint: () => byId("map-find").focus(),
});

function showList(isNow = false) {
  const isFinding = wanted() !== "";
  const seen = isFinding ? layer.seen : [...layer.inView()];
  byId("map-count").textContent = seen.length;
  byId("map-heading").textContent = isFinding ? words.found : words.in_view;
  const rows = seen.map(([id, , state]) => [id, layer.trucks.get(id), state]);
  const more = list.show(rows, layer.stamps, { isNow });
  if (more === undefined) return;
  byId("map-more").hidden = more === 0;
  byId("map-more").textContent = words.more.replace("{count}", more);
}

const layer = new TruckLayer(trucks, {
  shows(id, truck, state) {
    const plate = wanted();
    if (plate && !plateOf(id).toUpperCase().includes(plate)) return false;
    return filters.band.has(bandOf(truck.soc)) && filters.state.has(state);
  },
  lines,
  staleS: config.stale_s,
  lagS: config.lag_s,
  atS: () => playback?.thenS ?? feed.atS(),
  taken: () => stations.taken,
  nameOf: plateOf,
  onDrawn: () => layer._map && showList(),
});
playback = new Playback({ feed, layer, url: config.urls.then, words, zone: config.zone, onShown: () => detail.follow() });
const detail = new Detail({ map, layer, urls: config.urls, list, atS: () => layer.options.atS() });
layer.addTo(map);
byId("map").layer = layer; // for those who look from outside: tests and benchmarks
ask(config.urls.plates).then((answer) => {
  plates = answer;
  layer.ask();
  if (document.activeElement !== byId("map-find")) goToWanted(); // typed before the plates came
});
feed.soon();

// --- finding, choosing, filtering ---
function go(id, { focuses = true } = {}) {
  const truck = layer.trucks.get(id);
  const at = truck && [truck.lat / 1e5, truck.lon / 1e5];
  if (at && !map.getBounds().contains(at)) map.setView(at, Math.max(map.getZoom(), 12));
  toggle("map-list", false);
  detail.choose(id, { focuses });
}

function toggle(id, isOpen) {
  byId(id).classList.toggle("is-open", isOpen);
  document.querySelector(`[aria-controls="${id}"]`).setAttribute("aria-expanded", isOpen);
}

for (const [own, other] of [["map-tools", "map-list"], ["map-list", "map-tools"]]) {
  document.querySelector(`[aria-controls="${own}"]`).addEventListener("click", () => {
    toggle(other, false);
    toggle(own, !byId(own).classList.contains("is-open"));
  });
}
map.on("click", (event) => detail.choose(layer.nearest(event.latlng)));
map.on("moveend", () => showList(true));
byId("map-tools").addEventListener("input", () => {
  readFilters();
  layer.draw();
  showList(true);
});
byId("map-find").addEventListener("input", () => {
  layer.draw();
  showList(true);
  toggle("map-list", wanted() !== "");
});
function goToWanted() {
  const found = Object.entries(plates).find(([, plate]) => plate.toUpperCase() === wanted());
  if (found && layer.trucks.has(Number(found[0]))) go(Number(found[0]), { focuses: false });
}
byId("map-find").addEventListener("change", goToWanted);
byId("map-find").addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "Enter") return;
  event.preventDefault();
  showList(true);
  list.enter();
  if (event.key === "Enter") document.activeElement.click();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") detail.close();
  if (event.key === "/" && !event.target.matches("input, textarea, select")) {
    event.preventDefault();
    byId("map-find").focus();
  }
});

// --- the legend is drawn by what draws the trucks ---
function drawLegend() {
  layer.stamps.forget();
  for (const canvas of document.querySelectorAll("canvas[data-state]")) {
    canvas.width = canvas.height = 44;
    const context = canvas.getContext("2d");
    context.setTransform(2, 0, 0, 2, 22, 22);
    paintMark(context, layer.stamps.palette, canvas.dataset.state, bandOf(Number(canvas.dataset.soc ?? 80)), 0, 5);
  }
}
drawLegend();
new MutationObserver(drawLegend).observe(document.documentElement, { attributeFilter: ["class"] });
