// The first picture, from what came with the page or was kept: few files, so that it is there
// soon on a slow line. The app that answers comes after it; a tap meanwhile waits for it.
import { setClock } from "./clock.js";
import { newestKnown } from "./kept.js";
import { $, showCheckIn, showPromise, showWaiting } from "./show.js";

const ON_THE_WAY = ["offered", "accepted", "en_route"];
const { body } = document;
let tapped = null;

function hear(event) {
  const target = event.target.closest("button[id], a[id]");
  if (!target) return;
  event.preventDefault();
  event.stopPropagation();
  tapped = target;
}

function draw() {
  const { me, card, at } = newestKnown(body.dataset.driver);
  const oneMoment = $("state").textContent;
  setClock(me.server_time, Date.now() - at);
  if (card && ON_THE_WAY.includes(card.state)) showPromise(card, { isSending: true });
  else if (card) showCheckIn(card, { isSending: true });
  else if (me.shift) showWaiting(me);
  body.dataset.state = "loading";
  $("state").textContent = oneMoment;
}

async function start() {
  document.head.append($("later").content);
  const { ready } = await import("./app.js");
  await ready;
  removeEventListener("click", hear, true);
  if (tapped?.checkVisibility()) tapped.click();
}

draw();
addEventListener("click", hear, true);
requestAnimationFrame(() => setTimeout(start)); // after the picture was painted
