// The dialog that takes a lane, a slot, the station or a pack out of use, or back into it.
export function wireDialog(act) {
  const dialog = document.getElementById("board-dialog");
  if (!dialog) return;
  const part = (name) => document.getElementById(`board-${name}`);
  let on = null;
  let pack = null;

  function dress(facts) {
    const isClosed = facts.closed !== undefined;
    part("dialog-title").textContent = on.name;
    part("dialog-why").hidden = !isClosed;
    part("dialog-why").textContent = facts.closed || "";
    for (const one of dialog.querySelectorAll("[data-when]")) one.hidden = (one.dataset.when === "closed") !== isClosed;
    const state = !pack ? "none" : facts.asked ? "asked" : facts.apart !== undefined ? "apart" : "free";
    for (const one of dialog.querySelectorAll("[data-pack-when]")) one.hidden = !one.dataset.packWhen.split(" ").includes(state);
    part("pack-name").textContent = facts.packName || "";
    part("pack-why").hidden = facts.apart === undefined;
    part("pack-why").textContent = [facts.apart, facts.asked].filter(Boolean).join(" · ");
    part("reason").value = part("release").value = "";
  }

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-what]");
    if (!opener || opener.closest("dialog")) return;
    const facts = opener.dataset;
    on = { what: facts.what, name: facts.name || opener.textContent.trim() };
    pack = facts.pack ? { what: facts.pack, name: facts.packName } : null;
    dress(facts);
    dialog.showModal();
  });

  // Returns the act a button asks for, or null after pointing at the reason that is missing.
  function asked(button) {
    const { verb, said, reason, reopen } = button.dataset;
    if (reopen !== undefined) return { ...on, verb: "open", reason: button.textContent.trim() };
    const field = part(verb ? "release" : "reason");
    const why = said || reason || field.value.trim();
    if (!why) field.focus();
    return why ? { ...(verb ? pack : on), verb: verb || "close", reason: why } : null;
  }

  dialog.addEventListener("click", (event) => {
    const button = event.target.closest("[data-reason], [data-reopen], [data-verb]");
    const wanted = button && asked(button);
    if (!wanted) return;
    dialog.close();
    act(wanted);
  });
}
