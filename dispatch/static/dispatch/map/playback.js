// A day played back: the slider says how many minutes ago, 0 is now.
import { ask, take } from "./feed.js";

const byId = (id) => document.getElementById(id);

export class Playback {
  constructor({ feed, layer, url, words, zone, onShown }) {
    Object.assign(this, { feed, layer, url, words, zone, onShown, thenS: null, asked: 0, playing: 0 });
    this.now = layer.trucks;
    this.past = new Map();
    const slider = byId("map-back");
    slider.addEventListener("input", () => this.show(-Number(slider.value)).catch(() => feed.onCut(true)));
    byId("map-play").addEventListener("click", () => this.play(!this.playing));
    byId("map-live").addEventListener("click", () => {
      this.play(false);
      this.set(0);
    });
  }

  set(minutes) {
    const slider = byId("map-back");
    slider.value = minutes;
    slider.dispatchEvent(new Event("input"));
  }

  play(isOn) {
    clearInterval(this.playing);
    this.playing = 0;
    byId("map-play").setAttribute("aria-pressed", isOn);
    byId("map-play").textContent = isOn ? this.words.pause : this.words.play;
    if (!isOn) return;
    if (Number(byId("map-back").value) === 0) this.set(-60); // nothing lies ahead: an hour back
    this.playing = setInterval(() => {
      const next = Number(byId("map-back").value) + 1;
      this.set(next);
      if (next >= 0) this.play(false);
    }, 500);
  }

  async show(minutes) {
    const mine = ++this.asked;
    this.feed.isPaused = minutes > 0;
    if (minutes === 0) [this.thenS, this.layer.trucks] = [null, this.now];
    else {
      const at = this.feed.atS() - minutes * 60;
      const answer = await ask(this.url, { at: new Date(at * 1000).toISOString() });
      if (mine !== this.asked) return;
      this.past.clear();
      take(this.past, answer.trucks);
      [this.thenS, this.layer.trucks] = [answer.at, this.past];
    }
    this.tell();
    byId("map").classList.toggle("is-past", this.thenS !== null);
    byId("map-live").hidden = this.thenS === null;
    this.layer.ask();
    this.onShown();
  }

  // How old what is shown is, in the service's time.
  tell() {
    const atS = this.thenS ?? this.feed.serverS;
    const where = { timeZone: this.zone }; // not the reader's own: every other page tells the service's hours
    const when = new Date(atS * 1000).toLocaleTimeString(document.documentElement.lang, { ...where, hour12: false });
    const day = new Date(atS * 1000).toLocaleDateString(document.documentElement.lang, where);
    const text = this.thenS === null ? `${this.words.as_of} ${when}` : `${this.words.then} ${day} ${when}`;
    byId("map-when").textContent = text;
    byId("map-back").setAttribute("aria-valuetext", text);
  }
}
