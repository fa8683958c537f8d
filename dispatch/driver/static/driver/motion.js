// Feeds the motion lock: from the stream, and from this phone when its driver asked for that.
import { ageMs } from "./clock.js";
import { heardSpeed, newLock, passed } from "./lock.js";

const KEY = "yizhan.phone-speed";
const TICK_MS = 500;
let lock = newLock();
let watch = null;
let hear = () => {};

/** Whether only the card and the way may be shown. */
export const isMoving = () => lock.isLocked;

function tick() {
  const was = lock.isLocked;
  lock = passed(lock, performance.now());
  if (lock.isLocked !== was) hear(lock.isLocked);
}

/** Take in what the onboard unit reported. */
export function heardMotion({ speed_kmh: speed, recorded_at: at }) {
  lock = heardSpeed(lock, "obu", speed, performance.now() - ageMs(at));
  tick();
}

/** Whether this phone's own speed is used while the onboard unit is silent. */
export const usesPhone = () => localStorage.getItem(KEY) === "on";

/** Use this phone's speed or not; the first time the phone asks its driver, so only after a tap. */
export function usePhone(isOn) {
  localStorage.setItem(KEY, isOn ? "on" : "off");
  if (!isOn && watch !== null) navigator.geolocation.clearWatch(watch);
  watch = null;
  if (!isOn || !navigator.geolocation) return;
  watch = navigator.geolocation.watchPosition(({ coords }) => {
    if (coords.speed === null) return;
    lock = heardSpeed(lock, "phone", coords.speed * 3.6, performance.now());
    tick();
  }, () => {}, { enableHighAccuracy: true, maximumAge: 2000 });
}

/** Start; `listener` hears whether the page is locked, whenever that changes. */
export function startMotion(listener) {
  hear = listener;
  setInterval(tick, TICK_MS);
  if (usesPhone()) usePhone(true);
}
