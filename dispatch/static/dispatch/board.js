// The day board: fresh once a second, and one act to take something out of use.
import { Acts } from "./board_acts.js";
import { wireDialog } from "./board_dialog.js";
import { Fresh } from "./board_fresh.js";
import { wireSwaps } from "./board_swap.js";
import { StationClock } from "./station_clock.js";

const board = document.getElementById("board");
const words = JSON.parse(document.getElementById("board-words").textContent);
const cut = document.getElementById("board-cut");
const said = document.getElementById("board-said");
const undo = document.getElementById("board-undo");
const counted = (name, n) => fill(n === 1 ? words[`${name}_one`] : words[name], { n });
const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");
const station = new StationClock(() => board.querySelector(".board-age").dataset.now, board.dataset.rate);

function say(text, isBad = false) {
  said.hidden = false;
  said.classList.toggle("danger", isBad);
  said.classList.toggle("good", !isBad);
  said.querySelector("span").textContent = text;
}

let last = null;
const acts = new Acts({
  url: board.dataset.act, keep: board.dataset.keep,
  csrf: () => document.querySelector("[name=csrfmiddlewaretoken]")?.value || board.dataset.csrf,
  // Who signed in anew in another window needs the page of that; it sends what waits. Once, lest it turn.
  stale() {
    if (sessionStorage.getItem("boardAnew")) return;
    sessionStorage.setItem("boardAnew", "1");
    location.reload();
  },
  said(act, answer) {
    sessionStorage.removeItem("boardAnew");
    undo.hidden = !answer.ok || !answer.undo;
    last = answer.undo ? { verb: answer.undo, what: act.what, name: act.name, reason: words.undone } : null;
    if (!answer.ok) return say(fill(words.refused, { why: answer.detail }), true);
    const what = act.name || act.what;
    const verb = { open: "opened", close: "closed", confirm: "released" }[act.verb] || act.verb;
    if (answer.state === "queued") return say(fill(words.queued, { what, lane: answer.lane }));
    const main = fill(words[answer.released ? "released" : verb] || what, { what });
    say(answer.losing ? `${main} ${counted("losing", answer.losing)}` : main);
    fresh.ask();
  },
});

board.acts = acts; // for whoever looks from outside, as tests do

async function act(one) {
  await acts.add(one);
  const waiting = acts.waiting().length;
  if (waiting) say(counted("waiting", waiting), true);
}

const fresh = new Fresh({
  url: board.dataset.url,
  take(text) {
    const focused = document.activeElement?.id;
    board.innerHTML = text;
    station.shown();
    if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus();
  },
  tell({ ageMs, cut: isCut, signedOut }) {
    const waits = acts.waiting().length ? ` ${counted("waiting", acts.waiting().length)}` : "";
    cut.hidden = !isCut && !signedOut;
    if (!cut.hidden) {
      const text = signedOut ? words.signed_out : fill(words.cut, { at: station.ago(ageMs, true), age: station.age(ageMs, words) });
      cut.querySelector("span").textContent = text + waits;
      cut.querySelector("a").hidden = !signedOut;
    }
    board.classList.toggle("is-cut", isCut);
  },
  again: () => { if (acts.waiting().length) acts.send(); },
});

wireDialog(act);
wireSwaps(act, words);
undo.addEventListener("click", () => { undo.hidden = true; if (last) act(last); });
document.getElementById("board-print").addEventListener("click", () => window.print());
document.getElementById("board-go").hidden = true;
document.getElementById("board-station").addEventListener("change", (event) => event.target.form.submit());
