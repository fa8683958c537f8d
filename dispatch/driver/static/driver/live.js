// The stream of news: it comes back by itself after every break.
const SILENCE_MS = 35000; // more than two beats
const PAUSES_MS = [500, 1000, 2000, 4000, 8000];
let source = null;
let failures = 0;
let heardAt = 0;
let timer = 0;
let isReplaced = false;

/** Open the stream. `listener` hears {kind: "assignment", card}, "motion", "beat", "lost", "found", "replaced". */
export function openStream(listener) {
  const open = () => {
    clearTimeout(timer);
    source?.close();
    if (isReplaced) return;
    source = new EventSource("/api/v1/driver/stream");
    heardAt = performance.now();
    const heard = () => {
      heardAt = performance.now();
      failures = 0;
      listener({ kind: "found" });
    };
    source.addEventListener("assignment", (event) => {
      heard();
      listener({ kind: "assignment", card: JSON.parse(event.data) });
    });
    source.addEventListener("beat", (event) => {
      heard();
      listener({ kind: "beat", at: JSON.parse(event.data).server_time });
    });
    source.addEventListener("motion", (event) => {
      heard();
      listener({ kind: "motion", motion: JSON.parse(event.data) });
    });
    source.addEventListener("replaced", () => {
      isReplaced = true;
      source.close();
      listener({ kind: "replaced" });
    });
    source.onerror = () => {
      source.close();
      listener({ kind: "lost" });
      timer = setTimeout(open, PAUSES_MS[Math.min(failures++, PAUSES_MS.length - 1)]);
    };
  };
  const openIfSilent = () => {
    if (source.readyState === EventSource.CLOSED || performance.now() - heardAt > SILENCE_MS) open();
  };
  open();
  setInterval(openIfSilent, 5000);
  addEventListener("online", open);
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => event.persisted && open());
  document.addEventListener("visibilitychange", () => document.hidden || openIfSilent());
}
