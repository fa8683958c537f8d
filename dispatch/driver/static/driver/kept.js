// What the page knew last, kept on this phone for a start without a line; of one driver only.
const KEY = "yizhan.last";

/** Keep what is known now. */
export function keep(driver, me, card) {
  localStorage.setItem(KEY, JSON.stringify({ driver, me, card, at: Date.now() }));
}

/** Return {me, card, at} of this driver; another driver's is removed unread. */
export function lastKept(driver) {
  try {
    const last = JSON.parse(localStorage.getItem(KEY));
    if (last?.driver === driver) return last;
  } catch { /* written by something else */ }
  localStorage.removeItem(KEY);
  return null;
}

/** Forget everything of a driver who signed out, in this window and in the service worker. */
export async function forgetDriver() {
  localStorage.removeItem(KEY);
  navigator.serviceWorker?.controller?.postMessage("forget");
  if (self.caches) await caches.delete("yizhan-kept");
}
