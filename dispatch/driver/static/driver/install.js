// The service worker: registered once, and taken over by a new version when the driver says so.
/** Register it; `offer(take)` is called when a new version is there, `take()` changes to it. */
export async function install(offer) {
  if (!navigator.serviceWorker) return;
  const worker = await navigator.serviceWorker.register("/driver/sw.js", { scope: "/driver/", updateViaCache: "none" });
  let isTaking = false;
  const look = () => {
    const { waiting } = worker;
    if (!waiting || !navigator.serviceWorker.controller) return;
    offer(() => { isTaking = true; waiting.postMessage("take over"); });
  };
  worker.addEventListener("updatefound", () => {
    worker.installing?.addEventListener("statechange", look);
  });
  navigator.serviceWorker.addEventListener("controllerchange", () => isTaking && location.reload());
  document.addEventListener("visibilitychange", () => document.hidden || worker.update().catch(() => {}));
  look();
}
