// The driver's page: one state, shown on one of a few screens.
import { call, keepToken } from "./api.js";
import { setClock, timeOfDay } from "./clock.js";
import { expected } from "./expect.js";
import { install } from "./install.js";
import { forgetDriver, keep, lastKept, newestKnown } from "./kept.js";
import { openStream } from "./live.js";
import { chosenLink, listMaps, loadLinks } from "./maps.js";
import { wireMenu, showMenu } from "./menu.js";
import { heardMotion, isMoving, startMotion } from "./motion.js";
import { enqueue, onQueue, send, startQueue, waiting } from "./queue.js";
import { noteSeen } from "./seen.js";
import { showPacks, showTrucks } from "./shift.js";
import { $, sayAloud, showBanner, showCheckIn, showEnded, showLock, showPromise, showWaiting, tickPromise } from "./show.js";
import { speak } from "./voice.js";
import { ago, named, word } from "./words.js";

const REFRESH_MS = 20000;
const DONE_SHOWN_MS = 6000;
const AT_THE_STATION = ["arrived", "queued", "swapping"];
const OWN_ENDS = ["declined"];
const { driver } = document.body.dataset;
const SEEN = `yizhan.seen.${driver}`;

let me = null;
let promised = null; // as the server said last
let truck = null;
let news = null; // {title, sentence} until it is understood
let isLost = false;
let isReplaced = false;
let heardAt = 0; // Date.now() when the server was heard last
let heardCards = 0; // from the stream, which is always newer than an answer begun before it
let lastExplained = null;

const card = () => expected(promised, waiting());

function banner() {
  if (isReplaced) return word("banner.replaced");
  if (!isLost) return null;
  return word(waiting().length ? "banner.kept" : "banner.lost", heardAt ? ago(Date.now() - heardAt) : "");
}

function show() {
  const isSending = waiting().length > 0;
  const now = card();
  document.body.toggleAttribute("data-sending", isSending);
  document.body.toggleAttribute("data-lost", isLost);
  showBanner(banner());
  if (me === null) return;
  if (now && !news) noteSeen(now.id, now.version);
  if (news?.assignment) noteSeen(news.assignment);
  if (news && !(isMoving() && now)) showEnded(news.title, news.sentence);
  else if (now && AT_THE_STATION.includes(now.state)) showCheckIn(now, { isSending });
  else if (now) showPromise(now, { isSending });
  else if (me.shift) showWaiting(me);
  else if (truck) showPacks(truck, { isSending });
  else showTrucks(me.trucks, choose);
  if (isSending && now) $("state").textContent = word(isLost ? "kept" : "sending");
  showLock(isMoving(), now);
  showMenu(me, now);
  showWay();
}

function choose(chosen) {
  truck = chosen;
  show();
}

function showWay() {
  const link = promised && chosenLink(promised);
  $("go").href = link ? link.href : "#";
  $("choose-map").hidden = !link || isMoving();
}

function heard() {
  heardAt = Date.now();
  isLost = false;
}

function takeMe(next, { isFirst }) {
  me = next;
  keepToken(me.csrf_token);
  if (truck) truck = me.trucks.find((one) => one.id === truck.id) || null;
  if (!me.shift && !truck && me.trucks.length === 1) [truck] = me.trucks;
  tellEnd(me.ended, { isFirst });
}

async function refresh() {
  const heardBefore = heardCards;
  let answer;
  try {
    answer = await call("GET", "me");
  } catch {
    isLost = true;
    return show();
  }
  if (answer.status === 401) return leave();
  if (answer.status !== 200 || !answer.body) return undefined;
  heard();
  setClock(answer.body.server_time);
  takeMe(answer.body, { isFirst: me === null });
  if (heardCards === heardBefore) takeCard(me.assignment);
  else show();
  keep(driver, me, promised);
  return undefined;
}

async function leave() {
  await forgetDriver();
  location.replace("/driver/");
}

function takeCard(next) {
  const isNew = next && next.state === "offered" && next.id !== promised?.id;
  promised = next;
  if (promised) {
    setClock(promised.server_time);
    loadLinks(promised).then(showWay, () => {});
  }
  if (isNew) tellOffer();
  show();
  if (me) keep(driver, me, promised);
}

function tellOffer() {
  news = null;
  const facts = [named(promised.station), word("aloud.lane", promised.lane), word("aloud.leave", timeOfDay(promised.leave_by_at))];
  const sentence = word("aloud.offer", facts.join(", "));
  sayAloud(sentence);
  speak(isMoving() ? `${sentence} ${word("aloud.held")}` : sentence);
  navigator.vibrate?.([200, 100, 200]);
}

function tellEnd(ended, { isFirst }) {
  if (!ended || me.assignment?.id === ended.id) return; // it ended while the answer was written
  const seen = localStorage.getItem(SEEN);
  localStorage.setItem(SEEN, ended.id);
  const sentence = word(`ended.${ended.state}`, named(ended, "station"));
  if (seen === String(ended.id) || (seen === null && isFirst) || OWN_ENDS.includes(ended.state)) return;
  if (!sentence || !me.shift || news || me.assignment) return;
  const told = { title: word(`ended.title.${ended.state}`), sentence, assignment: ended.id };
  news = told;
  sayAloud(sentence);
  speak(sentence);
  if (ended.state === "done") setTimeout(() => news === told && understood(), DONE_SHOWN_MS);
}

function understood() {
  news = null;
  show();
}

/** Say once why taps were refused: what follows from the first refusal needs no sentence of its own. */
async function tellRefusals() {
  for (const { path, code } of await self.outbox.takeRefusals(driver)) {
    const [, about] = /^(assignments\/\d+|[^/]+)/.exec(path);
    if (about === lastExplained && code === "not_allowed_now") continue;
    lastExplained = about;
    const sentence = word(`error.${code}`) || word("error.other");
    news ??= { title: word("error.title"), sentence };
    sayAloud(news.sentence);
  }
}

onQueue(async ({ kind, tap, status, body }) => {
  if (kind === "offline") isLost = true;
  if (kind === "answer") heard();
  if (kind === "refused") return refresh().then(() => setTimeout(send, 1000));
  if (kind === "sent") await tellRefusals();
  if (kind !== "answer") return show();
  if (status < 400 && tap.path === "shifts/end") { truck = null; me.shift = null; }
  if (status < 400 && body && "assignment" in body) promised = body.assignment;
  if (status >= 400) await tellRefusals();
  show();
  return waiting().length ? undefined : refresh();
});

function answerOffer(action, more) {
  const now = card();
  if (now) enqueue(`assignments/${now.id}/${action}`, more);
}

const on = (id, act) => $(id).addEventListener("click", act);
on("accept", () => answerOffer("accept"));
on("leave-now", () => answerOffer("leave"));
on("arrive", () => answerOffer("arrive"));
on("done", () => answerOffer("done"));
on("decline", () => $("reasons").showModal());
on("understood", understood);
on("other-truck", () => { truck = null; showTrucks(me.trucks, choose); });
on("wrong-packs", () => { $("packs-help").hidden = false; });
on("start-shift", () => enqueue("shifts", { truck_id: truck.id, pack_codes: truck.pack_codes }));
on("banner", () => isReplaced && location.reload());
on("choose-map", chooseMap);
on("other-map", (event) => { $("menu").close(); chooseMap(event); });
on("go", (event) => (promised && chosenLink(promised)) || chooseMap(event));
wireMenu({
  endShift: () => enqueue("shifts/end"),
  signOut: async () => {
    const answer = await call("DELETE", "session").catch(() => null);
    if (answer && answer.status < 500) await leave();
  },
});

function chooseMap(event) {
  event.preventDefault();
  listMaps($("map-list"), () => { $("maps").close(); showWay(); });
  $("maps").showModal();
}

for (const button of document.querySelectorAll("[data-reason]")) {
  button.addEventListener("click", () => {
    $("reasons").close();
    answerOffer("decline", { reason: button.dataset.reason });
  });
}
for (const button of document.querySelectorAll("[data-close]")) {
  button.addEventListener("click", () => button.closest("dialog").close());
}

/** Start from what came with the page, or from what this phone kept if that is newer. */
function begin() {
  const isFirst = lastKept(driver) === null;
  const { me: known, card: kept, at, isFresh } = newestKnown(driver);
  heardAt = at;
  setClock(known.server_time, Date.now() - at);
  promised = kept;
  takeMe(known, { isFirst });
  if (isFresh) keep(driver, me, promised);
  if (promised) loadLinks(promised).then(showWay, () => {});
  show();
  return isFresh;
}

const cameFresh = begin();
startMotion(show);
openStream(({ kind, card: next, at, motion }) => {
  if (kind === "lost") isLost = true;
  else heard();
  if (kind === "replaced") isReplaced = true;
  if (kind === "beat") setClock(at);
  if (kind === "motion") return heardMotion(motion);
  if (kind !== "assignment") return show();
  heardCards += 1;
  const isOver = promised && !next;
  takeCard(next);
  if (isOver || (next && !me?.shift)) refresh();
  return undefined;
});
/** Resolves when the taps that wait are known: before that no tap is taken. */
export const ready = startQueue().then(tellRefusals).then(show);
if (!cameFresh) refresh();
navigator.serviceWorker?.addEventListener("message", ({ data }) => data === "signed out" && leave());
install((take) => {
  $("update").hidden = false;
  $("update").onclick = take;
});
addEventListener("offline", () => { isLost = true; show(); });
setInterval(() => {
  const now = card();
  if (now && document.body.dataset.screen === "promise") tickPromise(now, { isSending: waiting().length > 0 });
  if (isLost) showBanner(banner());
}, 1000);
setInterval(() => !document.hidden && !promised && refresh(), REFRESH_MS);
