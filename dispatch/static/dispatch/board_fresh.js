// Asks for what a page shows once a second; an answer of 304 says that it is still so.
const EVERY_MS = 1000;
const CUT_AFTER_MS = 6000;
const PATIENCE_MS = 8000;
const PRESS_MS = 10_000;

// A tap is a press and a release on one element: what is redrawn between them would lose it.
let pressed = Promise.resolve();
window.addEventListener("pointerdown", ({ button }) => {
  if (button !== 0) return;
  pressed = new Promise((over) => {
    for (const end of ["pointerup", "pointercancel"]) window.addEventListener(end, () => setTimeout(over, 50), { once: true, capture: true });
    setTimeout(over, PRESS_MS);
  });
}, true);

export class Fresh {
  // `take(text)` shows what came; `tell({cut, signedOut, gone, ageMs})` is called every second.
  constructor({ url, take, tell, again }) {
    Object.assign(this, { url, take, tell, again, tag: "", heardAt: Date.now(), signedOut: false, gone: false, asking: false });
    this.turn = setInterval(() => this.ask(), EVERY_MS);
    document.addEventListener("visibilitychange", () => this.ask());
    window.addEventListener("online", () => this.ask());
  }

  async ask() {
    if (!document.hidden && !this.asking) {
      this.asking = true;
      await this.fetchOnce().catch(() => {});
      this.asking = false;
    }
    const ageMs = Date.now() - this.heardAt;
    this.tell({ ageMs, cut: ageMs > CUT_AFTER_MS, signedOut: this.signedOut, gone: this.gone });
  }

  async fetchOnce() {
    const answer = await fetch(this.url, {
      headers: this.tag ? { "If-None-Match": this.tag } : {}, cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    this.signedOut = answer.redirected || answer.status === 403 || answer.status === 401;
    this.gone = answer.status === 404;
    if (this.gone) this.tag = ""; // what was shown is not any more
    if (this.signedOut || !(answer.ok || answer.status === 304)) return;
    if (answer.status !== 304) {
      const text = await answer.text();
      await pressed;
      this.tag = answer.headers.get("ETag") || "";
      this.take(text);
    }
    this.heardAt = Date.now();
    this.again?.();
  }
}
