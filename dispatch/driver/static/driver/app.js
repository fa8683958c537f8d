// The driver's page: one state, shown on one of a few screens.
import { call, keepToken } from "./api.js";
import { setClock, timeOfDay } from "./clock.js";
import { openStream } from "./live.js";
import { chosenLink, listMaps, loadLinks } from "./maps.js";
import { enqueue, onQueue, send, waiting } from "./queue.js";
import { showPacks, showTrucks } from "./shift.js";
import { $, sayAloud, showBanner, showCheckIn, showEnded, showPromise, showWaiting, tickPromise } from "./show.js";
import { named, word } from "./words.js";

const REFRESH_MS = 20000;
const DONE_SHOWN_MS = 6000;
const AT_THE_STATION = ["arrived", "queued", "swapping"];
const OWN_ENDS = ["declined"];
const SEEN = `yizhan.seen.${document.body.dataset.driver}`;

let me = null;
let card = null;
let truck = null;
let news = null; // {title, sentence} until it is understood
let isLost = false;
let isReplaced = false;
let heardCards = 0; // from the stream, which is always newer than an answer begun before it

function show() {
  const isSending = waiting().length > 0;
  showBanner(isReplaced ? word("banner.replaced") : isLost && word(isSending ? "banner.kept" : "banner.lost"));
  if (me === null && card === null) return;
  if (news) showEnded(news.title, news.sentence);
  else if (card && AT_THE_STATION.includes(card.state)) showCheckIn(card, { isSending });
  else if (card) showPromise(card, { isSending });
  else if (me === null) return;
  else if (me.shift) showWaiting(me);
  else if (truck) showPacks(truck, { isSending });
  else showTrucks(me.trucks, (chosen) => { truck = chosen; show(); });
  $("menu-truck").textContent = me?.shift ? ` · ${me.shift.truck.plate}` : "";
  $("end-shift").hidden = !me?.shift;
  $("call").hidden = !card?.station.phone;
  if (card) $("call").href = `tel:${card.station.phone}`;
  showWay();
}

function showWay() {
  const link = card && chosenLink(card);
  $("go").href = link ? link.href : "#";
  $("choose-map").hidden = !link;
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
  if (answer.status === 401) return location.replace("/driver/");
  if (answer.status !== 200) return undefined;
  isLost = false;
  const isFirst = me === null;
  me = answer.body;
  keepToken(me.csrf_token);
  setClock(me.server_time);
  if (truck) truck = me.trucks.find((one) => one.id === truck.id) || null;
  if (!me.shift && !truck && me.trucks.length === 1) truck = me.trucks[0];
  tellEnd(me.ended, { isFirst });
  if (heardCards === heardBefore) takeCard(me.assignment);
  else show();
  return undefined;
}

function takeCard(next) {
  const isNew = next && next.state === "offered" && next.id !== card?.id;
  card = next;
  if (card) {
    setClock(card.server_time);
    loadLinks(card).then(showWay, () => {});
  }
  if (isNew) {
    news = null;
    const facts = [named(card.station), `${card.lane}`, timeOfDay(card.leave_by_at)];
    sayAloud(word("aloud.offer", facts.join(", ")));
    navigator.vibrate?.([200, 100, 200]);
  }
  show();
}

function tellEnd(ended, { isFirst }) {
  if (!ended || me.assignment?.id === ended.id) return; // it ended while the answer was written
  const seen = localStorage.getItem(SEEN);
  localStorage.setItem(SEEN, ended.id);
  const sentence = word(`ended.${ended.state}`, named(ended, "station"));
  if (seen === String(ended.id) || (seen === null && isFirst) || OWN_ENDS.includes(ended.state)) return;
  if (!sentence || !me.shift || news || me.assignment) return;
  const told = { title: word(`ended.title.${ended.state}`), sentence };
  news = told;
  sayAloud(sentence);
  if (ended.state === "done") setTimeout(() => news === told && understood(), DONE_SHOWN_MS);
}

function understood() {
  news = null;
  show();
}

function tellError(problem) {
  const sentence = word(`error.${problem?.code}`) || word("error.other");
  news = { title: word("error.title"), sentence };
  sayAloud(sentence);
}

onQueue(({ kind, item, status, body }) => {
  if (kind === "offline") isLost = true;
  if (kind === "online") isLost = false;
  if (kind === "refused") return refresh().then(() => setTimeout(send, 1000));
  if (kind !== "answer") return show();
  if (status >= 400) tellError(body);
  else if (item.path === "shifts/end") { truck = null; me.shift = null; }
  if (status < 400 && body && "assignment" in body) card = body.assignment;
  show();
  return refresh();
});

function answerOffer(action, more) {
  enqueue(`assignments/${card.id}/${action}`, more);
}

$("accept").addEventListener("click", () => answerOffer("accept"));
$("leave-now").addEventListener("click", () => answerOffer("leave"));
$("arrive").addEventListener("click", () => answerOffer("arrive"));
$("done").addEventListener("click", () => answerOffer("done"));
$("decline").addEventListener("click", () => $("reasons").showModal());
$("understood").addEventListener("click", understood);
$("open-menu").addEventListener("click", () => $("menu").showModal());
$("other-truck").addEventListener("click", () => { truck = null; showTrucks(me.trucks, (chosen) => { truck = chosen; show(); }); });
$("wrong-packs").addEventListener("click", () => { $("packs-help").hidden = false; });
$("start-shift").addEventListener("click", () => enqueue("shifts", { truck_id: truck.id, pack_codes: truck.pack_codes }));
$("end-shift").addEventListener("click", () => { $("menu").close(); enqueue("shifts/end"); });
$("banner").addEventListener("click", () => isReplaced && location.reload());

function chooseMap(event) {
  event.preventDefault();
  listMaps($("map-list"), () => { $("maps").close(); showWay(); });
  $("maps").showModal();
}

$("choose-map").addEventListener("click", chooseMap);
$("go").addEventListener("click", (event) => chosenLink(card) || chooseMap(event));
$("sign-out").addEventListener("click", async () => {
  await call("DELETE", "session").catch(() => {});
  location.replace("/driver/");
});
for (const button of document.querySelectorAll("[data-reason]")) {
  button.addEventListener("click", () => {
    $("reasons").close();
    if (card) answerOffer("decline", { reason: button.dataset.reason });
  });
}
for (const button of document.querySelectorAll("[data-close]")) {
  button.addEventListener("click", () => button.closest("dialog").close());
}

await refresh();
openStream(({ kind, card: next, at }) => {
  if (kind === "lost") isLost = true;
  if (kind === "found") isLost = false;
  if (kind === "replaced") isReplaced = true;
  if (kind === "beat") setClock(at);
  if (kind !== "assignment") return show();
  heardCards += 1;
  const isOver = card && !next;
  takeCard(next);
  if (isOver || (next && !me?.shift)) refresh();
  return undefined;
});
send();
setInterval(() => {
  if (card && document.body.dataset.screen === "promise") tickPromise(card, { isSending: waiting().length > 0 });
}, 1000);
setInterval(() => !document.hidden && (!card || !me) && refresh(), REFRESH_MS);
