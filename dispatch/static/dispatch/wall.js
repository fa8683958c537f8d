// The wall board: asks once a second, says loudly when it gets no answer, and wakes by itself.
import { Fresh } from "./board_fresh.js";

const wall = document.getElementById("wall");
const cut = document.getElementById("wall-cut");
const theme = document.getElementById("wall-theme");
const words = JSON.parse(document.getElementById("wall-words").textContent);
const rate = Number(wall.dataset.rate) || 1;
const ANEW_AFTER_MS = 60_000; // away for longer: the page itself may have changed
const read = () => Date.parse(wall.querySelector(".wall-head").dataset.now);
const time = (ms, seconds) => new Date(ms).toLocaleTimeString("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", ...(seconds ? { second: "2-digit" } : {}) });
// The hours of the page are the station's, whatever the screen's own clock says.
const offset = wall.querySelector(".wall-head").dataset.now.slice(-6);
const zone = /^[+-]\d\d:\d\d$/.test(offset) ? offset : "UTC";
let shownAt = Date.now();
let longestCutMs = 0;

const fresh = new Fresh({
  url: wall.dataset.url,
  take(text) { wall.innerHTML = text; shownAt = Date.now(); },
  tell({ ageMs, cut: isCut }) {
    longestCutMs = Math.max(longestCutMs, ageMs);
    wall.classList.toggle("is-cut", isCut);
    cut.hidden = !isCut;
    const heard = read() + (Date.now() - ageMs - shownAt) * rate;
    if (isCut) cut.textContent = words.cut.replace("{at}", time(heard, true)).replace("{age}", Math.round(ageMs / 1000));
    document.getElementById("wall-clock").textContent = time(read() + (Date.now() - shownAt) * rate);
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
