// The service worker of the driver's page: opens it without a line, and sends taps after it is gone.
const SHELL = __SHELL__;
const SHELL_CACHE = `yizhan-shell-${SHELL.version}`;
const KEPT = "yizhan-kept"; // pages and codes of the driver who is signed in, and of nobody else
const PATIENCE_MS = 800;

importScripts(`${SHELL.path}/outbox.js`);

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL_CACHE).then((cache) => cache.addAll(SHELL.files)));
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith("yizhan-shell-") && name !== SHELL_CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
  if (event.data === "forget") event.waitUntil(caches.delete(KEPT));
});

self.addEventListener("sync", (event) => {
  if (event.tag === "yizhan-outbox") event.waitUntil(sendInBackground());
});

async function sendInBackground() {
  const driver = await self.outbox.fact("driver");
  if (!driver) return;
  await self.outbox.send(driver);
  for (const page of await self.clients.matchAll()) page.postMessage("sent");
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname, origin } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (pathname.startsWith("/driver/shell/")) event.respondWith(fromShell(request));
  else if (pathname === "/driver/") event.respondWith(newestOrKept(event, keepPage));
  else if (pathname.startsWith("/driver/assignments/")) event.respondWith(newestOrKept(event, keepPart));
});

/** Answer from the cupboard; a page kept from an older version gets the file of this one. */
async function fromShell(request) {
  const cache = await caches.open(SHELL_CACHE);
  const own = () => cache.match(`${SHELL.path}/${request.url.split("/").pop()}`);
  return (await cache.match(request.url)) || fetch(request).catch(async () => (await own()) || Response.error());
}

/** Answer from the network; when that takes too long or fails, what was kept before. */
async function newestOrKept(event, keep) {
  const key = new URL(event.request.url).pathname;
  const kept = await caches.open(KEPT).then((cache) => cache.match(key));
  const asked = fetch(event.request).then((answer) => {
    event.waitUntil(keep(key, answer.clone()));
    return answer;
  });
  event.waitUntil(asked.catch(() => {}));
  if (!kept) return asked;
  const tired = new Promise((resolve) => { setTimeout(resolve, PATIENCE_MS, kept); });
  return Promise.race([asked.catch(() => kept), tired]);
}

/** Keep the page of whoever is signed in; a page of nobody empties the cupboard. */
async function keepPage(key, answer) {
  const driver = answer.headers.get("Yizhan-Driver");
  if (!answer.ok) return;
  if (driver !== ((await self.outbox.fact("driver")) || null)) {
    await caches.delete(KEPT);
    await self.outbox.setFact("driver", driver);
  }
  if (driver) await caches.open(KEPT).then((cache) => cache.put(key, answer));
  else for (const page of await self.clients.matchAll()) page.postMessage("signed out");
}

async function keepPart(key, answer) {
  if (answer.ok) await caches.open(KEPT).then((cache) => cache.put(key, answer));
}
