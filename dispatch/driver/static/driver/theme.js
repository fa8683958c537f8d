// Dark at night, when the phone is dark, or when its driver says so; run before anything is drawn.
(() => {
  const KEY = "yizhan.theme";
  const EVENING_H = 19;
  const MORNING_H = 6;
  const phone = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const chosen = localStorage.getItem(KEY) || "auto";
    const hour = new Date().getHours();
    const isNight = hour >= EVENING_H || hour < MORNING_H;
    const isDark = chosen === "dark" || (chosen === "auto" && (phone.matches || isNight));
    document.documentElement.toggleAttribute("data-dark", isDark);
    const ground = isDark ? "#0b0f14" : "#eef1f4";
    document.querySelector("meta[name=theme-color]")?.setAttribute("content", ground);
  };
  self.theme = {
    chosen: () => localStorage.getItem(KEY) || "auto",
    choose(name) {
      localStorage.setItem(KEY, name);
      apply();
    },
  };
  apply();
  phone.addEventListener("change", apply);
  setInterval(apply, 60000);
})();
