// The page's side of the outbox: what waits is mirrored here, and sent whenever there is hope.
import "./outbox.js";
import { newActionId } from "./api.js";

const { outbox } = self;
const DRIVER = document.body.dataset.driver;
const PAUSES_MS = [500, 1000, 2000, 4000, 8000];
let taps = [];
let failures = 0;
let timer = 0;
let hear = () => {};
let last = Promise.resolve();

/** The taps that wait for an answer, the oldest first. */
export const waiting = () => taps;

async function mirror(kind, more = {}) {
  taps = await outbox.waiting(DRIVER);
  hear({ kind, ...more });
}

/** Keep a tap and send what waits. Done when it is on the disk; taps are kept in their order. */
export function enqueue(path, body = {}) {
  last = last.then(async () => {
    await outbox.put(DRIVER, path, { action_id: newActionId(), ...body });
    await mirror("waiting");
    navigator.serviceWorker?.ready.then((worker) => worker.sync?.register("yizhan-outbox")).catch(() => {});
    send();
  });
  return last;
}

/** Tell `listener` what happens: {kind: "waiting" | "answer" | "refused" | "offline" | "sent"}. */
export function onQueue(listener) {
  hear = listener;
}

/** Send what waits. */
export async function send() {
  clearTimeout(timer);
  try {
    const end = await outbox.send(DRIVER, (tap, answer) => {
      failures = 0;
      taps = taps.filter((one) => one.n !== tap.n);
      hear({ kind: "answer", tap, ...answer });
    });
    if (end === "refused") hear({ kind: "refused" });
    if (end === "busy" && taps.length) timer = setTimeout(send, 1000);
    if (end === "empty") await mirror("sent");
  } catch {
    hear({ kind: "offline" });
    timer = setTimeout(send, PAUSES_MS[Math.min(failures++, PAUSES_MS.length - 1)]);
  }
}

/** Start: what an earlier page or the service worker left is mirrored and sent. */
export async function startQueue() {
  await mirror("waiting");
  navigator.serviceWorker?.addEventListener("message", ({ data }) => data === "sent" && mirror("sent"));
  addEventListener("online", send);
  document.addEventListener("visibilitychange", () => document.hidden || send());
  send();
}
