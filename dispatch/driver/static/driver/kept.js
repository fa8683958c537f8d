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

/** Return {me, card, at, isFresh}: what came with the page, or what this phone kept if that is newer. */
export function newestKnown(driver) {
  const came = JSON.parse(document.getElementById("me").textContent);
  const last = lastKept(driver);
  const isFresh = !last || Date.parse(came.server_time) > Date.parse(last.me.server_time);
  return isFresh ? { me: came, card: came.assignment, at: Date.now(), isFresh } : { ...last, isFresh };
}

/** Forget everything of a driver who signed out, in this window and in the service worker. */
export async function forgetDriver() {
  localStorage.removeItem(KEY);
  navigator.serviceWorker?.controller?.postMessage("forget");
  if (self.caches) await caches.delete("yizhan-kept");
}
