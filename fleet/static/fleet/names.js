// Names for what libraries draw without: the boxes of select2 and the marks of the double list.
function name(root) {
  for (const box of root.querySelectorAll(".select2-selection[role=combobox]")) {
    const select = box.closest(".select2")?.previousElementSibling;
    const label = select?.getAttribute("aria-label") || select?.labels?.[0]?.textContent.trim();
    if (!label) continue;
    for (const part of [box, ...box.querySelectorAll("[role=textbox]")]) {
      part.removeAttribute("aria-labelledby");
      part.setAttribute("aria-label", label);
    }
  }
  for (const mark of root.querySelectorAll(".help-tooltip")) mark.setAttribute("role", "img");
}

let isWaiting = false;
new MutationObserver(() => {
  if (isWaiting) return;
  isWaiting = true;
  requestAnimationFrame(() => { isWaiting = false; name(document); });
}).observe(document, { childList: true, subtree: true });
