// Keeps the board fresh: asks for its body every five seconds while the page is looked at.
const board = document.getElementById("board");

async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(board.dataset.url, { headers: { "X-Requested-With": "fetch" } });
    if (answer.ok) board.innerHTML = await answer.text();
    board.classList.toggle("is-cut", !answer.ok);
  } catch {
    board.classList.add("is-cut");
  }
}

setInterval(refresh, 5000);
document.addEventListener("visibilitychange", refresh);
