// Puts names beside their points so that none covers another; what has no room is shown when pointed at.

const GAP_PX = 12;
const SIDES = {
  right: ([w, h]) => [GAP_PX, -h / 2],
  above: ([w, h]) => [-w / 2, -GAP_PX - h],
  below: ([w]) => [-w / 2, GAP_PX],
  left: ([w, h]) => [-GAP_PX - w, -h / 2],
};

const meets = (a, b) => a[0] < b[0] + b[2] && b[0] < a[0] + a[2] && a[1] < b[1] + b[3] && b[1] < a[1] + a[3];

// marks: [{at, element, size()}], the more important first. Returns what is taken: [x, y, w, h] in layer pixels.
export function placeLabels(map, marks) {
  const points = marks.map(({ at }) => map.latLngToLayerPoint(at));
  const sizes = marks.map(({ element }) => {
    const label = element.lastElementChild;
    return [label.offsetWidth, label.offsetHeight];
  });
  const taken = marks.flatMap(({ element }, i) =>
    element.classList.contains("is-station") ? [[points[i].x - 8, points[i].y - 8, 16, 16]] : [],
  );
  marks.forEach(({ element }, i) => {
    if (!sizes[i][0]) return;
    const room = (side) => {
      const [dx, dy] = SIDES[side](sizes[i]);
      const box = [points[i].x + dx, points[i].y + dy, ...sizes[i]];
      return taken.some((other) => meets(box, other)) ? null : box;
    };
    const sides = [element.dataset.side, ...Object.keys(SIDES)].filter((side) => side in SIDES);
    const side = sides.find(room);
    if (side) {
      taken.push(room(side));
      element.dataset.side = side;
    } else delete element.dataset.side;
  });
  return taken;
}

export const isFree = (taken, box) => !taken.some((other) => meets(box, other));
