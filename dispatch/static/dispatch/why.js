// Draws the truck as it stood, the chosen station solid, the others hollow, and the ways to each.
const data = JSON.parse(document.getElementById("why-data").textContent);
const frame = document.getElementById("why-map");
const points = [data.truck, ...data.stops, ...data.options.map((one) => one.at)].filter(Boolean);

if (!points.length) frame.hidden = true;
else draw();

function draw() {
  L.Control.Zoom.mergeOptions({ zoomInTitle: data.words.zoom_in, zoomOutTitle: data.words.zoom_out });
  const map = L.map(frame, { zoomSnap: 0.25, scrollWheelZoom: false, attributionControl: Boolean(data.tile_credit) });
  if (data.tile_url) L.tileLayer(data.tile_url, { attribution: data.tile_credit }).addTo(map);
  map.fitBounds(L.latLngBounds(points).pad(0.18));
  if (data.truck) line([data.truck, ...data.stops], "why-route", map);
  for (const one of [...data.options].reverse()) {
    const from = one.after ? data.stops[one.after - 1] : data.truck;
    line([from, one.at, data.stops[one.after]].filter(Boolean), one.is_chosen ? "why-way is-chosen" : "why-way", map);
  }
  data.stops.forEach((at, n) => dot(at, "why-stop", n === data.stops.length - 1 ? data.words.destination : `${data.words.next} ${n + 1}`, map));
  for (const one of data.options) dot(one.at, one.is_chosen ? "why-place is-chosen" : "why-place", one.is_chosen ? `✔ ${one.name}` : one.name, map, one.verdict);
  if (data.truck) dot(data.truck, "why-truck", data.plate, map);
}

function line(path, className, map) {
  if (path.length > 1) L.polyline(path, { className, interactive: false }).addTo(map);
}

function dot(at, className, name, map, more = "") {
  const icon = L.divIcon({ className: `why-mark ${className}`, html: "", iconSize: [14, 14] });
  const marker = L.marker(at, { icon, keyboard: false, title: more ? `${name}: ${more}` : name, alt: name, zIndexOffset: className.includes("is-chosen") ? 500 : 0 }).addTo(map);
  const label = document.createElement("span");
  label.textContent = name;
  marker.getElement().append(label);
}
