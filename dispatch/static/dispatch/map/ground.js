// What does not move: a plain ground with our own places, roads and stations; tiles if there are.

const NAMES_FROM_ZOOM = 10.5; // farther out the names of places cover each other

export function drawGround(map, ground, config) {
  if (config.tile_url) L.tileLayer(config.tile_url, { attribution: config.tile_credit }).addTo(map);
  for (const road of ground.roads) {
    L.polyline(road, { className: "map-road", interactive: false }).addTo(map);
  }
  const naming = () => map.getContainer().classList.toggle("is-far", map.getZoom() < NAMES_FROM_ZOOM);
  map.on("zoomend", naming);
  naming();
  for (const place of ground.places) {
    L.circle(place.at, { radius: place.radius_m, className: "map-place", interactive: false }).addTo(map);
    L.marker(place.at, {
      icon: L.divIcon({ className: "map-place-name", html: "", iconSize: null }),
      interactive: false,
      keyboard: false,
    })
      .addTo(map)
      .getElement().textContent = place.name;
  }
}

export class Stations {
  constructor(map, stations, words) {
    this.words = words;
    this.at = new Map(stations.map((station) => [station.id, station.at]));
    this.markers = new Map();
    for (const station of stations) {
      const icon = L.divIcon({ className: "map-station", html: "", iconSize: null });
      const marker = L.marker(station.at, { icon, title: station.name, alt: station.name }).addTo(map);
      const name = document.createElement("b");
      name.textContent = station.name;
      const facts = document.createElement("span");
      marker.getElement().append(name, facts);
      this.markers.set(station.id, { marker, facts, board: station.board });
      if (station.board) marker.on("click", () => window.location.assign(station.board));
    }
  }

  show(rows) {
    const { ready, waiting, lanes, closed } = this.words;
    for (const [id, packs, trucks, open, all] of rows) {
      const { marker, facts } = this.markers.get(id) ?? {};
      if (!marker) continue;
      facts.textContent = open
        ? `${packs} ${ready} · ${trucks} ${waiting} · ${open}/${all} ${lanes}`
        : `${closed} · ${trucks} ${waiting}`;
      marker.getElement().classList.toggle("is-closed", !open);
      marker.getElement().classList.toggle("is-short", packs === 0);
    }
  }
}
