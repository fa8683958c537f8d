// What people do on a board: kept in the browser until the service has answered, sent in order.
// Each act has its own id, so one that is sent again happens once.
const PATIENCE_MS = 10_000;

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID needs https
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

export class Acts {
  // `keep` begins the names of this board's acts in localStorage: a row each, so that two tabs
  // do not write over each other's.
  constructor({ url, csrf, keep, said, stale }) {
    Object.assign(this, { url, csrf, keep, said, stale, sending: null, count: 0 });
  }

  waiting() {
    return Object.keys(localStorage).filter((key) => key.startsWith(this.keep)).sort();
  }

  add(act) {
    const id = newId();
    const at = Date.now();
    const order = `${String(at).padStart(15, "0")}.${String(++this.count).padStart(6, "0")}`;
    localStorage.setItem(`${this.keep}${order}/${id}`, JSON.stringify({ ...act, id, at }));
    return this.send();
  }

  // What happened while the line was cut says how long ago that was.
  aged({ at, ...act }) {
    return { ...act, age_s: Math.max(0, Math.round((Date.now() - at) / 1000)) };
  }

  // Sends what waits, oldest first, and stops at the first that gets no answer.
  send() {
    this.sending ??= this.sendAll().finally(() => { this.sending = null; });
    return this.sending;
  }

  async sendAll() {
    for (let key = this.waiting()[0]; key; key = this.waiting()[0]) {
      const act = JSON.parse(localStorage.getItem(key) || "null");
      const answer = act && (await this.post(act));
      if (act && !answer) return;
      localStorage.removeItem(key);
      if (act) this.said(act, answer);
    }
  }

  // Returns the answer, or null if there was none that counts: no line, or signed out. `stale()` is
  // called where the page is of an earlier signing-in.
  async post(act) {
    try {
      const response = await fetch(this.url, {
        method: "POST", body: JSON.stringify(this.aged(act)), signal: AbortSignal.timeout(PATIENCE_MS),
        headers: { "Content-Type": "application/json", "X-CSRFToken": this.csrf() },
      });
      const isOurs = (response.headers.get("Content-Type") || "").includes("json");
      if (response.status === 403 && !isOurs) this.stale();
      if (response.redirected || !isOurs || response.status >= 500 || response.status === 429) return null;
      return { ok: response.ok, ...(await response.json()) };
    } catch {
      return null;
    }
  }
}
