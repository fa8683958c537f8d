// The start of a shift: choose the truck, confirm its packs.
import { $, showScreen } from "./show.js";

const MANY = 6;

/** List the trucks; `choose` hears which one was tapped. */
export function showTrucks(trucks, choose) {
  showScreen("trucks", "trucks");
  $("no-trucks").hidden = trucks.length > 0;
  $("find-truck").hidden = trucks.length <= MANY;
  const fill = () => {
    const part = $("find-truck").value.trim().toUpperCase();
    const found = trucks.filter((truck) => truck.plate.toUpperCase().includes(part));
    $("trucks").replaceChildren(...found.slice(0, 40).map((truck) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.className = "second";
      button.textContent = truck.plate;
      button.addEventListener("click", () => choose(truck));
      item.append(button);
      return item;
    }));
  };
  $("find-truck").oninput = fill;
  fill();
}

/** Show a truck's packs as the registry has them; drivers compare the last digits. */
export function showPacks(truck, { isSending }) {
  showScreen("packs", "packs");
  $("plate").textContent = truck.plate;
  $("packs-help").hidden = true;
  $("start-shift").disabled = isSending;
  $("packs").replaceChildren(...truck.pack_codes.map((code) => {
    const item = document.createElement("li");
    const end = document.createElement("b");
    end.textContent = code.slice(-7);
    item.append(code.slice(0, -7), end);
    return item;
  }));
}
