// Ctrl-K: ask while typing, arrows choose, Enter opens. What was opened lately is kept as numbers
// only, and looked up again under the rights of whoever sits here now.
const dialog = document.getElementById("find");
const input = document.getElementById("find-input");
const list = document.getElementById("find-list");
const note = document.getElementById("find-note");
const WAIT_MS = 60;
const KEPT = 12;
const memory = `yizhan.opened.${dialog.dataset.user}`;

let hits = [];
let chosen = 0;
let asked = null;
let timer = 0;
let shownFor = null; // what the list answers
let enterWhenShown = null; // Enter came before the answer

function opened() {
  try {
    return JSON.parse(localStorage.getItem(memory)) || [];
  } catch {
    return [];
  }
}

function remember(hit) {
  if (!hit.key) return;
  const keys = [hit.key, ...opened().filter((key) => key !== hit.key)].slice(0, KEPT);
  try {
    localStorage.setItem(memory, JSON.stringify(keys));
  } catch {
    // a browser that keeps nothing still finds everything
  }
}

function piece(className, text) {
  const span = document.createElement("span");
  span.className = className;
  span.textContent = text;
  return span;
}

function option(hit, number) {
  const item = document.createElement("a");
  item.id = `find-${number}`;
  item.setAttribute("role", "option");
  item.href = hit.url;
  item.tabIndex = -1;
  const icon = piece("material-symbols-outlined", hit.icon);
  icon.setAttribute("aria-hidden", "true");
  const words = piece("find-words", "");
  words.append(piece("find-name", hit.name), piece("find-about", hit.about));
  item.append(icon, words, piece("find-now", hit.now), piece("find-kind", hit.kind));
  item.addEventListener("click", () => remember(hit));
  item.addEventListener("mousemove", () => choose(number));
  return item;
}

function choose(number) {
  chosen = number;
  for (const [place, item] of [...list.children].entries()) {
    item.setAttribute("aria-selected", String(place === number));
  }
  const item = list.children[number];
  if (item) {
    input.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  } else {
    input.removeAttribute("aria-activedescendant");
  }
}

function show(answer, typed) {
  hits = answer.hits;
  shownFor = typed;
  list.replaceChildren(...hits.map(option));
  list.hidden = hits.length === 0;
  input.setAttribute("aria-expanded", String(hits.length > 0));
  const words = note.dataset;
  if (typed) note.textContent = hits.length ? words.count + hits.length : words.none;
  else note.textContent = hits.length ? words.recent : words.start;
  choose(0);
  if (enterWhenShown && typed === input.value.trim()) open(enterWhenShown.newTab);
}

async function ask() {
  const typed = input.value.trim();
  asked?.abort();
  asked = new AbortController();
  const query = new URLSearchParams({ q: typed, recent: opened().join(",") });
  try {
    const answer = await fetch(`${dialog.dataset.url}?${query}`, { signal: asked.signal });
    if (answer.redirected || !answer.ok) throw new Error(String(answer.status));
    show(await answer.json(), typed);
  } catch (error) {
    if (error.name === "AbortError") return;
    show({ hits: [] }, typed);
    note.textContent = note.dataset.failed;
  }
}

function open(newTab) {
  if (shownFor !== input.value.trim()) {
    enterWhenShown = { newTab };
    return;
  }
  enterWhenShown = null;
  const hit = hits[chosen];
  if (!hit) return;
  remember(hit);
  if (newTab) window.open(hit.url, "_blank", "noopener");
  else window.location.assign(hit.url);
}

function start() {
  if (dialog.open) {
    input.select();
    return;
  }
  input.value = "";
  show({ hits: [] }, "");
  dialog.showModal();
  input.focus();
  ask();
}

input.addEventListener("input", () => {
  enterWhenShown = null;
  clearTimeout(timer);
  timer = setTimeout(ask, WAIT_MS);
});
input.addEventListener("keydown", (event) => {
  if (event.isComposing) return; // the keys belong to the Chinese input method
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && hits.length) choose((chosen + step + hits.length) % hits.length);
  else if (event.key === "Enter") open(event.ctrlKey || event.metaKey);
  else return;
  event.preventDefault();
});
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    start();
  }
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-find]")) start();
  if (event.target === dialog) dialog.close(); // beside it
});
document.getElementById("find-close").addEventListener("click", () => dialog.close());
