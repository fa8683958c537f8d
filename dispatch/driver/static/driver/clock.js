// The service's clock: it may run faster than this phone's, and this phone's may be wrong.
const rate = Number(document.body.dataset.clockRate) || 1;
let atServer = Date.now();
let atHere = performance.now();

/** Set the clock by a time the server said, `agoMs` of this phone's ago. */
export function setClock(serverTime, agoMs = 0) {
  const said = Date.parse(serverTime) + agoMs * rate;
  // Answers carry whole seconds; do not let the clock jump back within one.
  if (Number.isNaN(said) || Math.abs(said - nowMs()) < 1500) return;
  atServer = said;
  atHere = performance.now();
}

/** Return the service's time, in ms since 1970. */
export function nowMs() {
  return atServer + (performance.now() - atHere) * rate;
}

/** Return how long ago that was, in ms of this phone's time. */
export function ageMs(iso) {
  return Math.max(0, nowMs() - Date.parse(iso)) / rate;
}

const hoursMinutes = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: document.body.dataset.timeZone,
});

/** Write a time of day as HH:MM in the service's zone. */
export function timeOfDay(iso) {
  return hoursMinutes.format(new Date(iso));
}

/** Return the seconds until a time; negative when it is over. */
export function secondsUntil(iso) {
  return (Date.parse(iso) - nowMs()) / 1000;
}
