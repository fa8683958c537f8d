// Tell the service what the driver has had before their eyes: only while the page is visible.
import { call } from "./api.js";

const PAUSE_MS = 300;
const RETRY_MS = 5000;
const told = new Set();
const waiting = new Map();
let timer = 0;

/** Note that a promise is on the screen; without a version, that its end is. */
export function noteSeen(assignment, version) {
  const key = `${assignment}.${version ?? "end"}`;
  if (told.has(key) || waiting.has(key)) return;
  waiting.set(key, { assignment, ...(version ? { version } : {}) });
  sendSoon(PAUSE_MS);
}

function sendSoon(afterMs) {
  clearTimeout(timer);
  timer = setTimeout(sendNow, afterMs);
}

async function sendNow() {
  if (document.hidden || !waiting.size) return;
  const batch = [...waiting].slice(-50);
  let status = 0;
  try {
    ({ status } = await call("POST", "seen", { shown: batch.map(([, shown]) => shown) }));
  } catch { /* no line: the next try tells */ }
  if (status !== 200) return sendSoon(RETRY_MS);
  for (const [key] of batch) {
    told.add(key);
    waiting.delete(key);
  }
  return waiting.size && sendSoon(PAUSE_MS);
}

document.addEventListener("visibilitychange", () => document.hidden || sendSoon(PAUSE_MS));
