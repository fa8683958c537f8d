// Moves a truck's bar by pointer, touch or arrow keys; where it is put is asked of the planner.
import { LANE, node, timeText } from "./picture.js";

const MINUTE_MS = 60_000;
const FROM_PX = 6;

export function makeMovable(picture, tell) {
  for (const group of picture.svg.querySelectorAll(".bar.may")) {
    group.addEventListener("pointerdown", (event) => drag(event, group, picture, tell));
    group.addEventListener("keydown", (event) => press(event, group, picture, tell));
  }
}

// A ghost of the bar on a lane at a time, and where that is.
class Ghost {
  constructor(picture, bar, tell) {
    Object.assign(this, { picture, bar, tell });
    this.row = picture.on.rows.get(bar.lane);
    this.at = bar.from;
    this.rect = node("rect", { class: "ghost", height: LANE - 6, rx: 3, width: picture.on.x(bar.to) - picture.on.x(bar.from) });
    this.text = node("text", { class: "ghost-text" });
    picture.svg.append(this.rect, this.text);
    tell.moving(true);
  }

  go(row, at) {
    const { on, data } = this.picture;
    this.row = row;
    this.at = Math.min(on.until, Math.max(data.now, Math.round(at / MINUTE_MS) * MINUTE_MS));
    const x = on.x(this.at);
    this.rect.setAttribute("x", x);
    this.rect.setAttribute("y", row.y + 3);
    this.text.setAttribute("x", x);
    this.text.setAttribute("y", row.y - 1);
    this.text.textContent = this.where();
    this.tell.say(this.where());
  }

  where() {
    const { data } = this.picture;
    const { words } = data;
    return `${this.bar.plate}: ${this.row.station.name}, ${words.lane} ${this.row.lane.number}, ${timeText(this.at, data)}`;
  }

  end() {
    this.rect.remove();
    this.text.remove();
    this.tell.moving(false);
  }

  place() {
    this.end();
    this.tell.place({
      plate: this.bar.plate,
      station: this.row.station.id,
      lane: this.row.lane.id,
      at: new Date(this.at).toISOString(),
    });
  }
}

function drag(event, group, picture, tell) {
  if (event.button > 0) return;
  const { on, svg } = picture;
  const start = { x: event.clientX, y: event.clientY };
  const box = svg.getBoundingClientRect();
  const grip = event.clientX - box.left - on.x(group.bar.from);
  let ghost = null;
  group.setPointerCapture(event.pointerId);
  const move = (to) => {
    if (!ghost && Math.hypot(to.clientX - start.x, to.clientY - start.y) < FROM_PX) return;
    ghost ??= new Ghost(picture, group.bar, tell);
    const at = svg.getBoundingClientRect();
    ghost.go(on.lane(to.clientY - at.top), on.time(to.clientX - at.left - grip));
    to.preventDefault();
  };
  const stop = (to) => {
    for (const [name, heard] of Object.entries(heardBy)) group.removeEventListener(name, heard);
    document.removeEventListener("keydown", escape);
    if (to.type === "pointerup" && ghost) ghost.place();
    else if (to.type === "pointerup") tell.choose(group.bar.plate);
    else ghost?.end();
  };
  const escape = (key) => { if (key.key === "Escape") stop(key); };
  const heardBy = { pointermove: move, pointerup: stop, pointercancel: stop };
  for (const [name, heard] of Object.entries(heardBy)) group.addEventListener(name, heard);
  document.addEventListener("keydown", escape);
}

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function press(event, group, picture, tell) {
  const step = STEPS[event.key];
  if (step) {
    const ghost = (group.ghost ??= new Ghost(picture, group.bar, tell));
    const rows = [...picture.on.rows.values()];
    const index = Math.min(rows.length - 1, Math.max(0, rows.indexOf(ghost.row) + step[1]));
    ghost.go(rows[index], ghost.at + step[0] * (event.shiftKey ? 10 : 1) * MINUTE_MS);
  } else if (event.key === "Enter" || event.key === " ") {
    if (group.ghost) group.ghost.place();
    else tell.choose(group.bar.plate);
    group.ghost = null;
  } else if (event.key === "Escape") {
    group.ghost?.end();
    group.ghost = null;
  } else {
    return;
  }
  event.preventDefault();
}
