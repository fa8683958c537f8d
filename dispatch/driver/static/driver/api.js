// Calls of the driver API.
let csrfToken = "";

/** Keep the token that proves this page is ours; the service worker needs it too. */
export function keepToken(token) {
  if (token === csrfToken) return;
  csrfToken = token;
  self.outbox.setFact("token", token).catch(() => {});
  self.outbox.setFact("driver", document.body.dataset.driver).catch(() => {});
}

/** Call the API. Returns {status, body}; throws only when there was no answer. */
export async function call(method, path, body) {
  const answer = await fetch(`/api/v1/driver/${path}`, {
    method,
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(15000),
  });
  const isJson = (answer.headers.get("Content-Type") || "").includes("json");
  return { status: answer.status, body: isJson ? await answer.json() : null };
}

/** An id for an action that no other action has, also where crypto.randomUUID is missing. */
export function newActionId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
