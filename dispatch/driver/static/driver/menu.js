// The menu: whom to call, how the page looks and sounds, the ends of shift and session.
import { isMoving, usePhone, usesPhone } from "./motion.js";
import { $ } from "./show.js";
import { isVoiceOn, setVoice } from "./voice.js";
import { word } from "./words.js";

const THEMES = ["auto", "light", "dark"];

function press(id, isOn) {
  $(id).setAttribute("aria-pressed", String(isOn));
}

function showChoices() {
  press("voice", isVoiceOn());
  press("phone-speed", usesPhone());
  $("theme").textContent = word(`theme.${self.theme.chosen()}`);
}

/** Show what there is to call and to end. */
export function showMenu(me, card) {
  $("menu-truck").textContent = me?.shift ? ` · ${me.shift.truck.plate}` : "";
  $("end-shift").hidden = !me?.shift;
  $("call").hidden = !card?.station.phone;
  if (card) $("call").href = `tel:${card.station.phone}`;
  if (isMoving()) for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
}

/** Let the buttons do what they say. */
export function wireMenu({ endShift, signOut }) {
  $("open-menu").addEventListener("click", () => {
    showChoices();
    $("menu").showModal();
  });
  $("end-shift").addEventListener("click", () => {
    $("menu").close();
    endShift();
  });
  $("sign-out").addEventListener("click", signOut);
  const change = (id, act) => $(id).addEventListener("click", () => { act(); showChoices(); });
  change("voice", () => setVoice(!isVoiceOn()));
  change("phone-speed", () => usePhone(!usesPhone()));
  change("theme", () => self.theme.choose(THEMES[(THEMES.indexOf(self.theme.chosen()) + 1) % THEMES.length]));
}
