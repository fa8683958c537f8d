// Navigation apps: the links come from the server, the choice stays on this phone.
import { word } from "./words.js";

const KEY = "yizhan.map";
const system = /Android/i.test(navigator.userAgent) ? "android" : /iPhone|iPad/i.test(navigator.userAgent) ? "ios" : "";
const FIRST = system ? "amap" : "amap_web"; // until its driver chose another
let links = [];
let linksOf = null;

/** Fetch the links to an assignment's station and its code, once each; both are kept for a day without a line. */
export async function loadLinks(card) {
  if (linksOf === card.id) return;
  const answer = await fetch(`/driver/assignments/${card.id}/navigate`);
  if (!answer.ok) return;
  const all = (await answer.json()).links;
  links = all.filter((link) => !link.system || link.system === system);
  linksOf = card.id;
  fetch(`/driver/assignments/${card.id}/check-in.svg`).catch(() => {});
}

/** Return the link of the app chosen before, else of the usual one; null while there are none. */
export function chosenLink(card) {
  if (linksOf !== card.id) return null;
  const by = (app) => links.find((link) => link.app === app);
  return by(localStorage.getItem(KEY)) || by(FIRST) || links[0] || null;
}

/** Fill the list of apps; choosing one remembers and opens it. */
export function listMaps(list, onChosen) {
  list.replaceChildren(...links.map((link) => {
    const item = document.createElement("li");
    const anchor = document.createElement("a");
    anchor.className = "second";
    anchor.href = link.href;
    anchor.rel = "noopener";
    anchor.textContent = word(`map.${link.app}`) || link.app;
    anchor.addEventListener("click", () => {
      localStorage.setItem(KEY, link.app);
      onChosen();
    });
    item.append(anchor);
    return item;
  }));
}
