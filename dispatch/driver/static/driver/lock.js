// The motion lock: while the truck drives, the page only shows. Pure: times are given, in ms of any
// steady clock. A speed counts from when it was measured until the next one, or until it is stale.
export const FAST_KMH = 15;
export const SLOW_KMH = 10;
export const HELD_MS = 3000;
export const FRESH_MS = { obu: 60000, phone: 10000 };
export const DRIVING_MS = 600000; // how long "it was driving" holds after silence began

/** A new lock: open, and without any speed. */
export function newLock() {
  return { isLocked: false, fastAt: null, slowAt: null, obu: null, phone: null };
}

/** Take a speed in. Older ones than the newest of their source are left out. */
export function heardSpeed(lock, source, speedKmh, at) {
  if (lock[source] && at <= lock[source].at) return lock;
  return { ...lock, [source]: { speedKmh, at } };
}

/** Return the speed that counts now: the onboard unit's, in reserve the phone's, else null. */
export function speedNow(lock, now) {
  for (const source of ["obu", "phone"]) {
    const heard = lock[source];
    if (heard && now - heard.at <= FRESH_MS[source]) return heard;
  }
  return null;
}

function unknown(lock, now) {
  const heard = [lock.obu, lock.phone].filter(Boolean).sort((a, b) => b.at - a.at)[0];
  const wasDriving = Boolean(heard) && heard.speedKmh > FAST_KMH && now - heard.at <= DRIVING_MS;
  return { ...lock, fastAt: null, slowAt: null, isLocked: wasDriving };
}

/** Let time pass: locked after 3 s above 15 km/h, open after 3 s below 10 km/h. */
export function passed(lock, now) {
  const speed = speedNow(lock, now);
  if (!speed) return unknown(lock, now);
  const fastAt = speed.speedKmh > FAST_KMH ? lock.fastAt ?? Math.min(speed.at, now) : null;
  const slowAt = speed.speedKmh < SLOW_KMH ? lock.slowAt ?? Math.min(speed.at, now) : null;
  const isLocked = lock.isLocked
    ? !(slowAt !== null && now - slowAt >= HELD_MS)
    : fastAt !== null && now - fastAt >= HELD_MS;
  return { ...lock, fastAt, slowAt, isLocked };
}
