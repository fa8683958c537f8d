// The live map: puts ground, stations, trucks, filters, details and playback together.
import { Feed, ask, take } from "./feed.js";
import { Stations, drawGround } from "./ground.js";
import { TruckLayer, bandOf, paintMark } from "./trucks.js";

const byId = (id) => document.getElementById(id);
const config = JSON.parse(byId("map-config").textContent);
const ground = JSON.parse(byId("map-ground").textContent);
const words = config.words;
const trucks = new Map();
const past = new Map();
const chosen = { id: null, follows: false };
let plates = {};
let thenS = null; // the instant shown in playback, null: now

const map = L.map("map", { zoomSnap: 0.5, attributionControl: Boolean(config.tile_credit) });
const everything = [...ground.stations, ...ground.places].map((each) => each.at);
if (everything.length) map.fitBounds(L.latLngBounds(everything).pad(0.1));
else map.setView([39.6, 118.2], 8);
drawGround(map, ground, config);
const stations = new Stations(map, ground.stations, words);
const trail = L.polyline([], { className: "map-trail", interactive: false }).addTo(map);

function shows(id, truck, state) {
  const wanted = byId("map-find").value.trim().toUpperCase();
  if (wanted && !(plates[id] ?? "").toUpperCase().includes(wanted)) return false;
  if (!document.querySelector(`[name=band][value=${bandOf(truck.soc).name}]`).checked) return false;
  return document.querySelector(`[name=state][value=${state}]`).checked;
}

function* lines() {
  if (thenS !== null || !byId("map-lines").checked) return;
  for (const truck of trucks.values()) {
    const at = truck.phase < 3 && stations.at.get(truck.station);
    if (at) yield [truck, at];
  }
}

const feed = new Feed(config.urls.now, {
  trucks,
  onNews(news) {
    stations.show(news.stations);
    if (thenS === null) layer.ask();
    follow();
  },
  onCut(isCut) {
    byId("map-cut").hidden = !isCut;
  },
});

const layer = new TruckLayer(trucks, {
  shows,
  lines,
  staleS: config.stale_s,
  atS: () => thenS ?? feed.atS(),
  onDrawn(count) {
    byId("map-count").textContent = `${count} ${words.trucks}`;
  },
}).addTo(map);
byId("map").layer = layer; // for those who look from outside: tests and benchmarks

ask(config.urls.plates).then((answer) => {
  plates = answer;
  byId("map-plates").replaceChildren(
    ...Object.values(plates).slice(0, 2000).map((plate) => new Option(plate)),
  );
});

// --- details and following ---
function follow() {
  const truck = layer.trucks.get(chosen.id);
  if (chosen.follows && truck) map.panTo([truck.lat / 1e5, truck.lon / 1e5], { animate: false });
}

async function choose(id) {
  chosen.id = id;
  const panel = byId("map-detail");
  panel.hidden = id === null;
  trail.setLatLngs([]);
  if (id === null) return;
  const answer = await fetch(config.urls.truck.replace("/0/", `/${id}/`));
  panel.querySelector("div").innerHTML = answer.ok ? await answer.text() : "";
  const since = new Date(((thenS ?? feed.atS()) - 6 * 3600) * 1000).toISOString();
  const { points } = await ask(config.urls.track.replace("/0/", `/${id}/`), { since }).catch(() => ({ points: [] }));
  if (chosen.id === id) trail.setLatLngs(points.map(([, lat, lon]) => [lat / 1e5, lon / 1e5]));
}

map.on("click", (event) => choose(layer.nearest(event.latlng)));
map.on("dragstart", () => {
  byId("map-follow").checked = chosen.follows = false;
});
byId("map-close").addEventListener("click", () => choose(null));
byId("map-follow").addEventListener("change", (event) => {
  chosen.follows = event.target.checked;
  follow();
});
byId("map-find").addEventListener("change", (event) => {
  const wanted = event.target.value.trim().toUpperCase();
  const found = Object.entries(plates).find(([, plate]) => plate.toUpperCase() === wanted);
  const truck = found && layer.trucks.get(Number(found[0]));
  if (!truck) return;
  map.setView([truck.lat / 1e5, truck.lon / 1e5], Math.max(map.getZoom(), 12));
  choose(Number(found[0]));
});
byId("map-tools").addEventListener("input", () => layer.ask());

// --- playback: minutes back from now, 0 is now ---
let asked = 0;
async function showThen(minutes) {
  const mine = ++asked;
  if (minutes === 0) {
    thenS = null;
    layer.trucks = trucks;
    feed.isPaused = false;
  } else {
    feed.isPaused = true;
    const at = feed.atS() - minutes * 60;
    const answer = await ask(config.urls.then, { at: new Date(at * 1000).toISOString() });
    if (mine !== asked) return;
    past.clear();
    take(past, answer.trucks);
    [thenS, layer.trucks] = [answer.at, past];
  }
  const when = byId("map-when");
  when.textContent = thenS === null ? "" : `${words.then} ${new Date(thenS * 1000).toLocaleString(document.documentElement.lang)}`;
  byId("map").classList.toggle("is-past", thenS !== null);
  layer.ask();
  follow();
}

const slider = byId("map-back");
slider.addEventListener("input", () => showThen(-Number(slider.value)).catch(() => feed.onCut(true)));
let playing = 0;
byId("map-play").addEventListener("click", () => {
  if (playing) {
    playing = clearInterval(playing) ?? 0;
    return;
  }
  playing = setInterval(() => {
    slider.value = Number(slider.value) + 1;
    slider.dispatchEvent(new Event("input"));
    if (Number(slider.value) === 0) playing = clearInterval(playing) ?? 0;
  }, 500);
});

// --- the legend is drawn by what draws the trucks ---
for (const canvas of document.querySelectorAll("canvas[data-state]")) {
  const context = canvas.getContext("2d");
  context.translate(canvas.width / 2, canvas.height / 2);
  paintMark(context, canvas.dataset.state, Number(canvas.dataset.soc ?? 80), 0, 4);
}
