// Put what is known onto the screen; nothing here talks to the server.
import { nowMs, secondsUntil, timeOfDay } from "./clock.js";
import { ago, isChinese, named, word } from "./words.js";

export const $ = (id) => document.getElementById(id);
const NOW_S = 60;
const LOW_PERCENT = 15;

/** Show one screen and its buttons, and the state's word on top. */
export function showScreen(screen, state) {
  if (document.body.dataset.screen === "loading") performance.mark("shown");
  document.body.dataset.screen = screen;
  document.body.dataset.state = state;
  for (const part of document.querySelectorAll("[data-for]")) part.hidden = part.dataset.for !== screen;
  $("state").textContent = word(`state.${state}`) || "";
}

function percent(value) {
  return value === null ? "–" : `${Math.round(value)}%`;
}

function kilometres(metres) {
  return metres < 10000 ? (metres / 1000).toFixed(1) : String(Math.round(metres / 1000));
}

function setBar(bar, value) {
  bar.style.setProperty("--part", `${value ?? 0}%`);
}

function nameStation(id, card) {
  $(id).textContent = named(card.station);
  $(id).classList.toggle("long", $(id).textContent.length > (isChinese ? 12 : 24));
}

/** Show a promise on the way to the station. */
export function showPromise(card, { isSending }) {
  showScreen("promise", card.state);
  nameStation("station", card);
  $("lane").textContent = card.lane;
  const isUnderWay = card.state === "en_route";
  $("eta-label").textContent = word(isUnderWay ? "eta.latest" : "eta");
  $("eta").textContent = timeOfDay(isUnderWay ? card.window_to : card.eta);
  $("window").textContent = `${timeOfDay(card.window_from)}–${timeOfDay(card.window_to)}`;
  $("chance").textContent = `${Math.round(card.probability * 100)}%`;
  $("distance").textContent = kilometres(card.distance_m);
  $("soc").textContent = percent(card.soc_percent);
  $("soc-then").textContent = percent(card.soc_on_arrival_percent);
  $("soc-then").classList.toggle("low", card.soc_on_arrival_percent < LOW_PERCENT);
  setBar($("bar-now"), card.soc_percent);
  setBar($("bar-then"), card.soc_on_arrival_percent);
  $("why").textContent = isChinese ? card.why.text_zh : card.why.text;
  const may = (action) => card.actions.includes(action);
  $("accept").hidden = !may("accept");
  $("decline-row").hidden = !may("decline");
  $("go-row").hidden = may("accept");
  $("leave-now").hidden = !may("leave");
  $("way-row").hidden = !may("arrive");
  tickPromise(card, { isSending });
}

/** Show only the card and the way while the truck drives. */
export function showLock(isMoving, card) {
  document.body.toggleAttribute("data-moving", isMoving);
  if (isMoving && document.body.dataset.screen === "promise") $("go-row").hidden = false;
  const isAsked = !card || card.state === "offered" || document.body.dataset.screen !== "promise";
  $("stop-first").hidden = !isMoving || !isAsked || document.body.dataset.screen === "waiting";
}

/** Show what runs with the time: the offer's rest, and how long until leaving or arriving. */
export function tickPromise(card, { isSending }) {
  if (card.state === "en_route") showLead(word("eta"), card.eta, card.eta);
  else if (secondsUntil(card.leave_by_at) < NOW_S) showLead("", null, card.leave_by_at);
  else showLead(word("leave.by"), card.leave_by_at, card.leave_by_at);
  const left = Math.max(0, Math.floor(secondsUntil(card.offer_expires_at)));
  const minutes = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  $("offer-left").textContent = isSending ? "" : minutes;
}

/** Show the time that counts most; without one it is time to go. */
function showLead(label, iso, due) {
  const minutes = Math.round(secondsUntil(due) / 60);
  $("lead-label").hidden = !iso;
  $("lead-label").textContent = label;
  $("lead").textContent = iso ? timeOfDay(iso) : word("leave.now");
  if (!iso) $("lead-in").textContent = timeOfDay(due);
  else $("lead-in").textContent = minutes > 0 ? word("leave.in", minutes) : "";
}

/** Show the check-in code at the station. */
export function showCheckIn(card, { isSending }) {
  showScreen("check-in", card.state);
  nameStation("station-here", card);
  $("lane-here").textContent = card.lane;
  $("doing").textContent = word(`doing.${card.state}`);
  $("code").textContent = `${card.check_in_code.slice(0, 3)} ${card.check_in_code.slice(3)}`;
  $("code").setAttribute("aria-label", [...card.check_in_code].join(" "));
  const address = `/driver/assignments/${card.id}/check-in.svg`;
  if ($("qr").getAttribute("src") !== address) $("qr").src = address;
  $("done").hidden = !card.actions.includes("done");
  $("done").disabled = isSending;
}

/** Show that nothing is to be done. */
export function showWaiting(me) {
  showScreen("waiting", "waiting");
  const { charge, trip, shift } = me;
  $("waiting-truck").textContent = shift.truck.plate;
  $("waiting-soc").textContent = percent(charge ? charge.soc_percent : null);
  setBar($("waiting-bar"), charge?.soc_percent);
  $("waiting-age").textContent = charge ? ago(nowMs() - Date.parse(charge.recorded_at)) : word("age.none");
  $("trip").hidden = !trip;
  if (!trip) return;
  $("trip-from").textContent = named(trip, "origin");
  $("trip-to").textContent = named(trip, "destination");
  $("trip-due").textContent = trip.due_at ? word("trip.due", timeOfDay(trip.due_at)) : "";
}

/** Show what became of a promise, in one sentence. */
export function showEnded(title, sentence) {
  showScreen("ended", "ended");
  $("ended-title").textContent = title;
  $("ended-text").textContent = sentence;
}

/** Tell or hide what is wrong with the connection. */
export function showBanner(text) {
  $("banner").hidden = !text;
  $("banner").textContent = text || "";
}

/** Say a sentence to those who do not look. */
export function sayAloud(sentence) {
  $("aloud").textContent = sentence;
}
