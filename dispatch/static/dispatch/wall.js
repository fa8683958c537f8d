// The wall board: asks once a second, says loudly when it gets no answer, and wakes by itself.
import { Fresh } from "./board_fresh.js";
import { StationClock } from "./station_clock.js";

const wall = document.getElementById("wall");
const cut = document.getElementById("wall-cut");
const theme = document.getElementById("wall-theme");
const words = JSON.parse(document.getElementById("wall-words").textContent);
const ANEW_AFTER_MS = 60_000; // away for longer: the page itself may have changed
const station = new StationClock(() => wall.querySelector(".wall-head").dataset.now, wall.dataset.rate);
let longestCutMs = 0;

const fresh = new Fresh({
  url: wall.dataset.url,
  take(text) { wall.innerHTML = text; station.shown(); },
  tell({ ageMs, cut: isCut, gone }) {
    document.body.classList.toggle("is-gone", gone); // taken back: nothing of the station is left to read
    if (gone) {
      wall.replaceChildren();
      cut.hidden = false;
      cut.textContent = words.gone;
    }
    if (!wall.firstElementChild) return;
    longestCutMs = Math.max(longestCutMs, ageMs);
    wall.classList.toggle("is-cut", isCut);
    cut.hidden = !isCut;
    if (isCut) cut.textContent = words.cut.replace("{at}", station.ago(ageMs, true)).replace("{age}", station.age(ageMs, words));
    document.getElementById("wall-clock").textContent = station.ago();
  },
  again() { if (longestCutMs > ANEW_AFTER_MS) location.reload(); },
});

function dress(name) {
  document.documentElement.classList.toggle("dark", name === "dark");
  theme.setAttribute("aria-pressed", String(name === "dark"));
}
const asked = new URLSearchParams(location.search).get("theme");
dress(asked || localStorage.getItem("wallTheme") || "light");
theme.addEventListener("click", () => {
  const next = document.documentElement.classList.contains("dark") ? "light" : "dark";
  localStorage.setItem("wallTheme", next);
  dress(next);
});

async function stayAwake() {
  if (document.hidden) return;
  fresh.ask();
  await navigator.wakeLock?.request("screen").catch(() => {});
}
document.addEventListener("visibilitychange", stayAwake);
stayAwake();
