// Taps on their way to the server, in a database on this phone that outlives the page: each is
// sent in order, until it is answered. A plain script, for the page and the service worker alike.
(() => {
  const LOCK = "yizhan.outbox";
  let opening = null;

  function open() {
    opening ??= new Promise((resolve, reject) => {
      const request = indexedDB.open("yizhan", 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore("taps", { keyPath: "n", autoIncrement: true });
        request.result.createObjectStore("refusals", { keyPath: "n", autoIncrement: true });
        request.result.createObjectStore("facts");
      };
      request.onsuccess = () => {
        request.result.onversionchange = () => { request.result.close(); opening = null; };
        request.result.onclose = () => { opening = null; };
        resolve(request.result);
      };
      request.onerror = () => { opening = null; reject(request.error); };
    });
    return opening;
  }

  /** Do `work` in one transaction; done when it is on the disk. */
  async function within(stores, mode, work) {
    const database = await open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(stores, mode, { durability: "strict" });
      const request = work((name) => transaction.objectStore(name));
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  }

  const rowsOf = async (store, driver) =>
    (await within([store], "readonly", (at) => at(store).getAll())).filter((row) => row.driver === driver);

  /** Keep a tap; when this is done, killing the page loses nothing. */
  const put = (driver, path, body) =>
    within(["taps"], "readwrite", (at) => at("taps").add({ driver, path, body }));

  /** Return the taps of a driver that wait, the oldest first. */
  const waiting = (driver) => rowsOf("taps", driver);

  /** Take out what the server refused since the driver was last told. */
  async function takeRefusals(driver) {
    const rows = await rowsOf("refusals", driver);
    await within(["refusals"], "readwrite", (at) => rows.forEach((row) => at("refusals").delete(row.n)));
    return rows;
  }

  const setFact = (name, value) => within(["facts"], "readwrite", (at) => at("facts").put(value, name));
  const fact = (name) => within(["facts"], "readonly", (at) => at("facts").get(name));

  async function ask(tap, token) {
    const answer = await fetch(`/api/v1/driver/${tap.path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify(tap.body),
      redirect: "error",
      signal: AbortSignal.timeout(15000),
    });
    // Whoever does not speak JSON is a portal on the way, not the service.
    if (!(answer.headers.get("Content-Type") || "").includes("json")) throw new Error("not the service");
    if (answer.status >= 500 || answer.status === 429) throw new Error(String(answer.status));
    return { status: answer.status, body: await answer.json() };
  }

  function settle(tap, { status, body }) {
    return within(["taps", "refusals"], "readwrite", (at) => {
      at("taps").delete(tap.n);
      if (status < 400) return null;
      const { driver, path } = tap;
      return at("refusals").add({ driver, path, code: body?.code || "other" });
    });
  }

  async function sendAll(driver, hear) {
    for (let [tap] = await waiting(driver); tap; [tap] = await waiting(driver)) {
      const answer = await ask(tap, (await fact("token")) || "");
      if (answer.status === 401 || answer.status === 403) return "refused";
      await settle(tap, answer);
      hear(tap, answer);
    }
    return "empty";
  }

  /** Send what waits, unless another window does. Returns "empty", "refused" or "busy"; throws without a line. */
  async function send(driver, hear = () => {}) {
    if (!navigator.locks) return sendAll(driver, hear);
    return navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => (lock ? sendAll(driver, hear) : "busy"));
  }

  self.outbox = { put, waiting, takeRefusals, setFact, fact, send };
})();
