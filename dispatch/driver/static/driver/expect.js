// What the promise will be once the taps that wait have been taken. Pure: no screen, no clock.
const AFTER = {
  accept: { state: "accepted", actions: ["leave", "arrive"] },
  leave: { state: "en_route", actions: ["arrive"] },
  arrive: { state: "arrived", actions: ["done"] },
  decline: null,
  done: null,
};

/** Return the card as it will be after these taps; null when nothing will be promised. */
export function expected(card, taps) {
  let then = card;
  for (const { path } of taps) {
    const [, id, action] = /^assignments\/(\d+)\/(\w+)$/.exec(path) || [];
    if (!then || Number(id) !== then.id || !then.actions.includes(action)) continue;
    then = AFTER[action] && { ...then, ...AFTER[action] };
  }
  return then;
}
