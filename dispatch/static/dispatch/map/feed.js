// Keeps the trucks up to date: asks every second for what changed, and tells when it cannot.

const EVERY_MS = 1000;
const REST_MS = 250; // however slow the line is
const TIMEOUT_MS = 8000;

export async function ask(url, values = {}) {
  const query = new URLSearchParams(values);
  const answer = await fetch(`${url}?${query}`, {
    headers: { "X-Requested-With": "fetch" },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!answer.ok) throw new Error(`${answer.status} from ${url}`);
  return answer.json();
}

const USUAL_S = 60; // between two reports, until a truck has shown its own
const GAPS = 3;

// How far apart a truck's reports usually are: the longest of its last few gaps.
function learnt(known, at) {
  const gaps = known?.gaps ?? [];
  if (known && at > known.at) gaps.push(at - known.at);
  if (gaps.length > GAPS) gaps.shift();
  return { gaps, everyS: gaps.length ? Math.max(...gaps) : USUAL_S };
}

// Columns to trucks: those named are replaced, the others stay.
export function take(trucks, columns) {
  columns.id.forEach((id, i) => {
    const known = trucks.get(id);
    trucks.set(id, {
      phase: known?.phase,
      station: known?.station,
      ...learnt(known, columns.at[i]),
      at: columns.at[i],
      lat: columns.lat[i],
      lon: columns.lon[i],
      soc: columns.soc[i],
      heading: columns.heading[i],
      speed: columns.speed[i],
    });
  });
}

export class Feed {
  constructor(url, { trucks, onNews, onCut }) {
    Object.assign(this, { url, trucks, onNews, onCut });
    this.cursor = null;
    this.isPaused = false;
    this.serverS = 0;
    this.heardMs = 0;
    this.rate = 1;
    document.addEventListener("visibilitychange", () => this.soon());
  }

  // The service's clock now: it may run faster than ours.
  atS() {
    return this.serverS + ((performance.now() - this.heardMs) / 1000) * this.rate;
  }

  soon(waitMs = 0) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.turn(), waitMs);
  }

  async turn() {
    if (document.hidden) return;
    const beganMs = performance.now();
    try {
      if (!this.isPaused) await this.refresh();
      this.onCut(false);
    } catch {
      this.onCut(true);
    }
    this.soon(Math.max(REST_MS, EVERY_MS - (performance.now() - beganMs)));
  }

  async refresh() {
    const news = await ask(this.url, this.cursor ? { since: this.cursor } : {});
    const heardMs = performance.now();
    if (this.heardMs) this.rate = ((news.at - this.serverS) * 1000) / (heardMs - this.heardMs);
    [this.serverS, this.heardMs] = [news.at, heardMs];
    this.cursor = news.cursor ?? this.cursor;
    take(this.trucks, news.trucks);
    for (const truck of this.trucks.values()) truck.phase = truck.station = undefined;
    for (const [id, station, phase] of news.swaps) {
      const truck = this.trucks.get(id);
      if (truck) Object.assign(truck, { station, phase });
    }
    this.onNews(news);
  }
}
