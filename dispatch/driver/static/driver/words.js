// The page's sentences, in the language the server wrote them.
const words = new Map();
for (const item of document.getElementById("words").content.querySelectorAll("[data-word]")) {
  words.set(item.dataset.word, item.textContent);
}

export const isChinese = document.documentElement.lang.startsWith("zh");

/** Return a sentence, with `{}` filled in; null when there is none of that name. */
export function word(name, filling = "") {
  const text = words.get(name);
  return text === undefined ? null : text.replace("{}", filling);
}

/** Return the name in the page's language. */
export function named(thing, key = "name") {
  return (isChinese && thing[`${key}_zh`]) || thing[key];
}

/** Return how long ago something was, in words. */
export function ago(ms) {
  const minutes = Math.max(0, Math.round(ms / 60000));
  if (minutes < 1) return word("age.fresh");
  return minutes < 90 ? word("age.minutes", minutes) : word("age.hours", Math.round(minutes / 60));
}
