// Keeps the workbench up to date: asks how far the preview is, takes in what a worker found, and
// turns a truck put elsewhere in the picture into an edit of the draft.
import { draw } from "./picture.js";
import { makeMovable } from "./move.js";

const page = document.getElementById("workbench");
const body = document.getElementById("bench-body");
const side = document.getElementById("bench-draft");
const live = document.getElementById("bench-live");
const cut = document.getElementById("bench-cut");
const form = document.getElementById("bench-edit");
const BUSY_MS = 500;
const IDLE_MS = 4000;
const BODY_EVERY_MS = 15_000;
let hours = 1;
let data = null;
let stamp = page.querySelector("[data-stamp]")?.dataset.stamp ?? "";
let isMoving = false;
let isAsking = false;
let bodyAt = Date.now();
let timer = 0;

async function get(url) {
  const answer = await fetch(url, {
    headers: { "X-Requested-With": "fetch" },
    signal: AbortSignal.timeout(10_000),
  });
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  return answer;
}

function kept(root) {
  const typed = [...root.querySelectorAll("input[name=reason]")].map((input) => input.value);
  const index = [...root.querySelectorAll("input[name=reason]")].indexOf(document.activeElement);
  return () => {
    root.querySelectorAll("input[name=reason]").forEach((input, i) => {
      input.value = typed[i] ?? "";
      if (i === index) input.focus();
    });
  };
}

function takeIn(html) {
  let held = null;
  const parsed = new DOMParser().parseFromString(html, "text/html");
  for (const [root, part] of [[body, "body"], [side, "draft"]]) {
    const fresh = parsed.querySelector(`[data-part=${part}]`);
    if (!root || !fresh) continue;
    const restore = kept(root);
    held ??= document.activeElement?.bar?.plate;
    root.replaceChildren(document.importNode(fresh, true));
    restore();
  }
  bodyAt = Date.now();
  show(held);
}

function show(held) {
  data = JSON.parse(document.getElementById("bench-data").textContent);
  data.readAt = Date.now();
  const select = document.getElementById("bench-hours");
  select.value = String(hours);
  select.addEventListener("change", () => { hours = Number(select.value); paint(); });
  body.querySelectorAll(".bench-pick").forEach((button) => {
    button.addEventListener("click", () => choose(button.dataset.plate));
  });
  paint(held);
}

// Drawn anew; who held a truck by the keyboard holds it still.
function paint(held = document.activeElement?.bar?.plate) {
  const picture = draw(document.getElementById("bench-picture"), data, hours);
  if (form) {
    makeMovable(picture, {
      say: (text) => { live.textContent = text; },
      choose,
      place,
      moving: (is) => { isMoving = is; },
    });
    if (held) [...picture.svg.querySelectorAll(".may")].find((bar) => bar.bar.plate === held)?.focus();
  }
}

// A truck picked in the picture or the list: the form is about it.
function choose(plate) {
  form.elements.plate.value = plate;
  form.elements.lane.value = "";
  form.elements.kind.focus();
  form.scrollIntoView({ block: "nearest" });
}

async function place({ plate, station, lane, at }) {
  const values = new FormData(form);
  for (const [name, value] of Object.entries({ plate, station, lane, at, kind: "move" })) {
    values.set(name, value);
  }
  try {
    const answer = await fetch(form.action, { method: "POST", body: values });
    if (!answer.ok) throw new Error(String(answer.status));
    const html = await answer.text(); // the page itself, with what the service has to say
    takeIn(html);
    const said = new DOMParser().parseFromString(html, "text/html").getElementById("bench-said");
    cut.textContent = said?.textContent.trim() ?? "";
    cut.hidden = !cut.textContent;
  } catch {
    isCut(true);
  }
  soon(BUSY_MS);
}

async function refresh() {
  const html = await (await get(page.dataset.body)).text();
  if (isMoving) stamp = ""; // somebody holds a truck: later
  else takeIn(html);
}

function isCut(is) {
  cut.hidden = !is;
  cut.textContent = is ? data.words.cut : "";
}

async function ask() {
  let wait = IDLE_MS;
  if (document.hidden || isAsking) return soon(wait);
  isAsking = true;
  try {
    const state = await (await get(page.dataset.state)).json();
    const isOld = Date.now() - bodyAt > BODY_EVERY_MS;
    if (!isMoving && (state.stamp !== stamp || (isOld && !state.is_busy))) {
      stamp = state.stamp;
      await refresh();
    }
    progress(state);
    if (state.is_busy) wait = BUSY_MS;
    if (cut.textContent === data.words.cut) isCut(false);
  } catch {
    isCut(true);
  } finally {
    isAsking = false;
  }
  return soon(wait);
}

function progress(state) {
  const bar = document.getElementById("bench-progress");
  if (!bar || !state.is_busy) return;
  bar.hidden = false;
  bar.value = state.share;
  document.getElementById("bench-phase").textContent = state.text;
  document.getElementById("bench-slow").hidden = !state.is_slow;
}

function soon(ms) {
  clearTimeout(timer);
  timer = setTimeout(ask, ms);
}

function showFields() {
  form.querySelectorAll("[data-for]").forEach((label) => {
    label.hidden = !label.dataset.for.split(" ").includes(form.elements.kind.value);
  });
}

async function start() {
  show();
  if (form) {
    form.elements.kind.addEventListener("change", showFields);
    form.addEventListener("submit", () => { form.elements.lane.value = ""; });
    showFields();
    if (page.dataset.fresh === "no") {
      const again = document.getElementById("bench-preview");
      await fetch(again.action, { method: "POST", body: new FormData(again) }).catch(() => isCut(true));
    }
  }
  document.addEventListener("visibilitychange", () => soon(0));
  window.addEventListener("resize", () => { if (!isMoving) paint(); });
  soon(0);
}

start();
