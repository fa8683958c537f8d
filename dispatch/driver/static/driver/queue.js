// Taps wait here, on the phone, until the server has answered them: in order, each once.
import { call, newActionId } from "./api.js";

const KEY = `yizhan.queue.${document.body.dataset.driver}`;
const PAUSES_MS = [500, 1000, 2000, 4000, 8000];
let isSending = false;
let failures = 0;
let timer = 0;
let hear = () => {};

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) || [];
  } catch {
    return [];
  }
}

function write(items) {
  localStorage.setItem(KEY, JSON.stringify(items));
}

export function waiting() {
  return read();
}

/** Put a tap into the queue and send what waits. */
export function enqueue(path, body = {}) {
  write([...read(), { path, body: { action_id: newActionId(), ...body } }]);
  hear({ kind: "waiting" });
  send();
}

/** Tell `listener` of every answer: {kind: "answer", item, status, body}, "waiting", "offline", "online". */
export function onQueue(listener) {
  hear = listener;
}

/** Send what waits, the oldest first; a tap leaves the queue only with its answer. */
export async function send() {
  if (isSending) return;
  isSending = true;
  clearTimeout(timer);
  try {
    for (let [item] = read(); item; [item] = read()) {
      const { status, body } = await call("POST", item.path, item.body);
      if (status >= 500 || status === 429) throw new Error(String(status));
      if (status === 401 || status === 403) {
        hear({ kind: "refused", status });
        return;
      }
      failures = 0;
      write(read().filter((other) => other.body.action_id !== item.body.action_id));
      hear({ kind: "online" });
      hear({ kind: "answer", item, status, body });
    }
  } catch {
    hear({ kind: "offline" });
    timer = setTimeout(send, PAUSES_MS[Math.min(failures++, PAUSES_MS.length - 1)]);
  } finally {
    isSending = false;
  }
}

addEventListener("online", send);
document.addEventListener("visibilitychange", () => document.hidden || send());
