// Three taps record a swap: Arrived, Swap done, Confirm with the packs that are proposed.
export function wireSwaps(act, words) {
  const dialog = document.getElementById("swap-dialog");
  if (!dialog) return;
  const fields = document.getElementById("swap-packs");
  let on = null;

  document.addEventListener("click", (event) => {
    const arrived = event.target.closest("[data-arrived]");
    if (arrived) act({ what: arrived.dataset.arrived, name: arrived.dataset.name, verb: "arrived", reason: words.arrived_reason });
    const done = event.target.closest("[data-swap]");
    if (!done) return;
    on = { what: done.dataset.swap, name: done.dataset.name };
    document.getElementById("swap-name").textContent = on.name;
    fields.replaceChildren(...JSON.parse(done.dataset.packs).map((pack) => {
      const label = document.createElement("label");
      const input = document.createElement("input");
      Object.assign(input, { value: pack.code, maxLength: 24, autocomplete: "off" });
      input.dataset.position = pack.position;
      label.append(`${fields.dataset.label} ${pack.place} `, input);
      return label;
    }));
    dialog.showModal();
    document.getElementById("swap-confirm").focus();
  });

  document.getElementById("swap-confirm").addEventListener("click", () => {
    const packs = Object.fromEntries([...fields.querySelectorAll("input")].map((input) => [input.dataset.position, input.value.trim()]));
    dialog.close();
    act({ ...on, verb: "swapped", reason: words.swapped_reason, packs });
  });
}
