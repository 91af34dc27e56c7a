/* Forms that wait on this device until the network takes them: kept in IndexedDB, so that closing the browser loses
   nothing; sent in order, one at a time, until each has an answer; shown in a bar on every page with this script.

   asahOffline.enqueue({url, body, label, key}): body goes to url as JSON; label is what people read; an older form
   with the same key that is not under way is replaced. The server knows a repeated form by the id in its body.
   asahOffline.drafts: get(key), put(key, value), remove(key), for what is not to be sent yet.
   The document hears "asah:queue" with all forms of this user in detail.entries. */
(() => {
  "use strict";
  const user = document.body.dataset.user || "";
  const bar = document.getElementById("offline-bar");
  const WAITING = "waiting";
  const SENDING = "sending";
  const REFUSED = "refused";
  const SENT = "sent";
  const SHOWN_WHEN_SENT = 10 * 60 * 1000;
  const SLOW = 30000;
  const PAUSES = [5000, 15000, 60000, 300000];

  /* ---- the store */
  const opened = new Promise((resolve, reject) => {
    const request = indexedDB.open("asah", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("queue", { keyPath: "place", autoIncrement: true });
      request.result.createObjectStore("drafts");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  /* Done only when it is on the disk: an answer to the request alone would come too early. */
  const change = async (store, work) => {
    const database = await opened;
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(store, "readwrite", { durability: "strict" });
      const request = work(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(request && request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  };
  const read = async (store, work) => {
    const database = await opened;
    return new Promise((resolve, reject) => {
      const request = work(database.transaction(store).objectStore(store));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  };
  const entries = async () => (await read("queue", (store) => store.getAll())).filter((entry) => entry.user === user);
  const put = (entry) => change("queue", (store) => store.put(entry));
  const remove = (place) => change("queue", (store) => store.delete(place));
  const draftKey = (key) => `${user}:${key}`;
  const drafts = {
    get: (key) => read("drafts", (store) => store.get(draftKey(key))),
    put: (key, value) => change("drafts", (store) => store.put(value, draftKey(key))),
    remove: (key) => change("drafts", (store) => store.delete(draftKey(key))),
  };

  /* ---- what the pages of this browser tell each other */
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("asah-queue") : null;
  const tell = async () => {
    if (channel) channel.postMessage("changed");
    await show();
  };

  const enqueue = async ({ url, body, label, key }) => {
    for (const entry of await entries()) {
      if (entry.key === key && (entry.state === WAITING || entry.state === REFUSED)) await remove(entry.place);
    }
    await put({ user, url, body, label, key, state: WAITING, reason: "", at: Date.now() });
    await tell();
    flush();
  };

  /* ---- sending */
  let failures = 0;
  let timer = 0;
  let signedOut = false;
  let unreachable = false;
  let working = null;
  let again = false;

  const cookie = (name) => {
    const found = document.cookie.split("; ").find((part) => part.startsWith(`${name}=`));
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  };

  /* true: go on with the next one; false: the line or the session is away, so the others wait too. */
  const send = async (entry) => {
    let response;
    const patience = new AbortController();
    const slow = setTimeout(() => patience.abort(), SLOW);
    await put({ ...entry, state: SENDING });
    await tell();
    try {
      response = await fetch(entry.url, {
        method: "POST",
        body: JSON.stringify(entry.body),
        headers: { "Content-Type": "application/json", "X-CSRFToken": cookie("csrftoken"), "X-Asah-For": user },
        redirect: "manual",
        credentials: "same-origin",
        signal: patience.signal,
      });
      if (response.ok) await response.arrayBuffer();
    } catch {
      unreachable = true;
      await put({ ...entry, state: WAITING });
      return false;
    } finally {
      clearTimeout(slow);
    }
    unreachable = response.status >= 500 || response.status === 429;
    signedOut = response.type === "opaqueredirect" || response.status === 401 || response.status === 403;
    if (unreachable || signedOut) {
      await put({ ...entry, state: WAITING });
      return false;
    }
    if (response.ok) {
      /* What was in it is not kept any longer than needed. */
      await put({ ...entry, state: SENT, body: null, at: Date.now() });
    } else {
      const told = await response.json().catch(() => ({}));
      await put({ ...entry, state: REFUSED, reason: told.reason || `${response.status}` });
    }
    return true;
  };

  const sendAll = async () => {
    let over = true;
    for (;;) {
      /* Whatever says "sending" here was cut off: nobody else sends while the lock is held. */
      const next = (await entries()).find((entry) => entry.state === WAITING || entry.state === SENDING);
      if (!next) break;
      over = await send(next);
      await tell();
      if (!over) break;
    }
    failures = over ? 0 : failures + 1;
    clearTimeout(timer);
    if (!over && !signedOut) timer = setTimeout(flush, PAUSES[Math.min(failures, PAUSES.length) - 1]);
    await tell();
  };

  /* One page of this browser sends at a time, or forms would overtake each other. */
  const flush = () => {
    if (!user) return Promise.resolve();
    if (working) {
      again = true;
      return working;
    }
    again = false;
    const done = navigator.locks ? navigator.locks.request("asah-queue", sendAll) : sendAll();
    working = Promise.resolve(done).finally(() => {
      working = null;
      if (again) flush();
    });
    return working;
  };

  /* ---- the bar */
  const part = (name, root) => root.querySelector(`[data-part="${name}"]`);
  const show = async () => {
    const all = await entries();
    document.dispatchEvent(new CustomEvent("asah:queue", { detail: { entries: all } }));
    if (!bar) return;
    let shown = document.querySelector(".offline-bar");
    if (!shown) {
      shown = bar.content.firstElementChild.cloneNode(true);
      const main = document.getElementById("content");
      main.insertBefore(shown, main.firstChild);
      part("send", shown).addEventListener("click", () => { failures = 0; flush(); });
    }
    shown.hidden = !all.length && navigator.onLine;
    const open = all.filter((entry) => entry.state !== SENT);
    part("cut", shown).hidden = navigator.onLine && !unreachable;
    part("sign-in", shown).hidden = !signedOut || !open.length;
    part("count", shown).textContent = String(open.length);
    part("waiting", shown).hidden = !open.length;
    part("all-sent", shown).hidden = !all.length || open.length > 0;
    part("send", shown).hidden = !open.some((entry) => entry.state === WAITING);
    const list = part("list", shown);
    list.replaceChildren(...all.map((entry) => {
      const line = part("line", bar.content).content.firstElementChild.cloneNode(true);
      line.dataset.state = entry.state;
      part("label", line).textContent = entry.label;
      for (const word of line.querySelectorAll("[data-when]")) word.hidden = word.dataset.when !== entry.state;
      part("reason", line).textContent = entry.reason;
      const discard = part("discard", line);
      discard.hidden = entry.state !== REFUSED;
      discard.addEventListener("click", async () => {
        await remove(entry.place);
        await tell();
      });
      return line;
    }));
    list.hidden = !all.length;
  };

  /* ---- pages to be kept */
  const keepPages = async () => {
    if (!user || !navigator.onLine || !("serviceWorker" in navigator)) return;
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller) {
      await new Promise((resolve) => {
        navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true });
      });
    }
    const files = [...document.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src]")];
    const here = document.querySelector("[data-keep-this]") ? [location.href] : [];
    const wanted = here.length ? files.map((one) => one.href || one.src) : [];
    /* This page and its files were asked for before the worker could keep them. */
    wanted.push(...here);
    for (const link of document.querySelectorAll("a[data-keep]")) {
      const kept = await caches.match(link.href, { ignoreVary: true });
      const day = kept && Date.parse(kept.headers.get("Date"));
      if (!day || day / 1000 < Number(link.dataset.keep)) wanted.push(link.href);
    }
    for (const url of new Set(wanted)) {
      try {
        await fetch(url, { headers: { "X-Asah-Keep": "1" } });
      } catch {
        return;
      }
    }
    document.documentElement.dataset.kept = "yes";
  };

  const tidy = async () => {
    for (const entry of await entries()) {
      if (entry.state === SENT && Date.now() - entry.at > SHOWN_WHEN_SENT) await remove(entry.place);
    }
  };

  window.asahOffline = { enqueue, entries, flush, drafts };
  if (channel) channel.onmessage = show;
  window.addEventListener("online", () => { failures = 0; unreachable = false; flush().then(show); });
  window.addEventListener("offline", show);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) flush(); });
  if ("serviceWorker" in navigator) {
    navigator.serviceWorker.register("/service-worker.js", { scope: "/" }).then(keepPages, () => {});
  }
  tidy().then(show).then(flush);
})();
