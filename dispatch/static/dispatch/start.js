// Keeps the start page fresh: takes in the parts that changed, leaves focus and the rest alone.
const EVERY_MS = 10_000;
const start = document.getElementById("start");
const cut = document.getElementById("start-cut");
let takenAt = Date.now();

function keyOf(element) {
  return element?.closest?.("[data-key]")?.dataset.key;
}

function take(html) {
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  const isTold = fresh.content.getElementById("start-next") !== null;
  const key = start.contains(document.activeElement) ? keyOf(document.activeElement) : null;
  for (const block of [...fresh.content.children]) {
    const old = document.getElementById(block.id);
    const grid = block.matches(".needs, .figures") && old && sameParts(old, block);
    if (!old) return start.replaceChildren(fresh.content);
    else if (grid) [...block.children].forEach((part) => renew(document.getElementById(part.id), part));
    else renew(old, block);
  }
  if (!isTold) document.getElementById("start-next")?.remove();
  if (key) document.querySelector(`#start [data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

function sameParts(old, block) {
  const ids = (parent) => [...parent.children].map((part) => part.id).join();
  return ids(old) === ids(block);
}

function renew(old, block) {
  if (old.isEqualNode(block)) return;
  if (block.getAttribute("role") === "status") old.textContent = block.textContent; // said aloud
  else old.replaceWith(block);
}

async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(start.dataset.url, { headers: { "X-Requested-With": "fetch" }, signal: AbortSignal.timeout(EVERY_MS) });
    if (answer.redirected) return window.location.reload(); // signed out meanwhile
    if (!answer.ok) throw new Error(answer.statusText);
    take(await answer.text());
    takenAt = Date.now();
    cut.hidden = true;
  } catch {
    cut.hidden = false;
  }
  showAge();
}

function showAge() {
  const seconds = Math.round((Date.now() - takenAt) / 1000);
  const age = start.querySelector(".start-age");
  if (age) age.textContent = seconds < 12 ? "" : `(${seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`})`;
}

setInterval(refresh, EVERY_MS);
setInterval(showAge, 1000);
document.addEventListener("visibilitychange", refresh);
