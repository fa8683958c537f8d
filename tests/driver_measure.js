// What a screen of the driver's page looks like to a thumb and to an eye.
() => {
  const scope = document.querySelector("dialog[open]") || document.body;
  const isSeen = (one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest(".hidden-aloud");
  const box = (one) => {
    const { left, top, right, bottom } = one.getBoundingClientRect();
    return { left, top, right, bottom };
  };
  const rgba = (text) => (text.match(/[\d.]+/g) || []).map(Number);
  const ground = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const light = ([red, green, blue]) => {
    const parts = [red, green, blue].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  };
  const contrast = (one) => {
    const [dim, bright] = [light(rgba(getComputedStyle(one).color)), light(ground(one))].sort((a, b) => a - b);
    return (bright + 0.05) / (dim + 0.05);
  };
  const targets = [...scope.querySelectorAll("button, a, input")].filter(isSeen)
    .map((one) => ({ name: one.id || one.textContent.trim(), main: one.matches(".main"), ...box(one) }));
  const texts = [...scope.querySelectorAll("*")]
    .filter((one) => isSeen(one) && [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .map((one) => ({
      name: one.id || one.className || one.tagName, text: one.textContent.trim().slice(0, 40),
      size: parseFloat(getComputedStyle(one).fontSize), contrast: contrast(one),
      cut: one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== "inline", ...box(one),
    }));
  const { scrollWidth, scrollHeight } = document.documentElement;
  return { targets, texts, size: [scrollWidth, scrollHeight], view: [innerWidth, innerHeight], words: scope.innerText };
}
