// What a station's page says of time: in the station's zone and on the service's clock, whatever
// the screen's own clock and zone say.
export class StationClock {
  // `read()` returns when the service wrote what is shown, as ISO 8601 with an offset.
  constructor(read, rate) {
    Object.assign(this, { read, rate: Number(rate) || 1, shownAt: Date.now() });
  }

  shown() { this.shownAt = Date.now(); }

  // Returns the station's hours and minutes so many milliseconds ago, with seconds if asked.
  ago(ms = 0, seconds = false) {
    const written = this.read();
    const offset = written.slice(-6);
    const at = Date.parse(written) + (Date.now() - ms - this.shownAt) * this.rate;
    const timeZone = /^[+-]\d\d:\d\d$/.test(offset) ? offset : "UTC";
    return new Date(at).toLocaleTimeString("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", ...(seconds ? { second: "2-digit" } : {}) });
  }

  // Returns an age in words: seconds, then minutes, then hours.
  age(ms, words) {
    const s = (ms * this.rate) / 1000;
    const [text, n] = s < 90 ? [words.age_s, s] : s < 5400 ? [words.age_min, s / 60] : [words.age_h, s / 3600];
    return text.replace("{n}", Math.round(n));
  }
}
