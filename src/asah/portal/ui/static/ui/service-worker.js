/* Between pages and network: pages that the server marked are kept, and shown when the network is cut.
   Nothing else is touched. Whose page it is and until when it may be kept stands in the header X-Asah-Keep. */
"use strict";
const SETTINGS = __SETTINGS__;
const PAGES = "asah-pages-";
const FILES = "asah-files";
const FILES_KEPT = 120;
const HEADER = "X-Asah-Keep";
/* So long a page may take before the kept one is shown: a weak line is often worse than none. */
const PATIENCE = 6000;

const readMark = (response) => {
  const mark = response.headers.get(HEADER);
  const found = mark && /^user=(\d+); until=(\d{4}-\d\d-\d\d)$/.exec(mark);
  return found ? { user: found[1], until: found[2] } : null;
};
const today = () => {
  const now = new Date();
  const two = (number) => String(number).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
};

const pageCaches = async () => (await caches.keys()).filter((name) => name.startsWith(PAGES));
const forgetPages = async (except) => {
  for (const name of await pageCaches()) if (name !== except) await caches.delete(name);
};

const keepPage = async (request, response) => {
  const mark = readMark(response);
  if (!mark || !response.ok || mark.until < today()) return;
  const name = PAGES + mark.user;
  await forgetPages(name);
  await (await caches.open(name)).put(request.url, response);
};

const keptPage = async (url) => {
  for (const name of await pageCaches()) {
    const cache = await caches.open(name);
    const kept = await cache.match(url, { ignoreVary: true });
    if (!kept) continue;
    if (readMark(kept).until >= today()) return kept;
    await cache.delete(url, { ignoreVary: true });
  }
  return undefined;
};

const forgetExpired = async () => {
  for (const name of await pageCaches()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const kept = await cache.match(request, { ignoreVary: true });
      if (kept && readMark(kept).until < today()) await cache.delete(request, { ignoreVary: true });
    }
  }
};

const answerPage = async (event) => {
  const url = event.request.url;
  const fresh = fetch(event.request).then((response) => {
    /* A page that came too late to be shown is still kept for the next time. */
    event.waitUntil(keepPage(event.request, response.clone()));
    return response;
  });
  const kept = await keptPage(url);
  try {
    if (!kept) return await fresh;
    const late = new Promise((resolve) => { setTimeout(() => resolve(kept), PATIENCE); });
    return await Promise.race([fresh, late]);
  } catch (error) {
    if (kept) return kept;
    if (event.request.mode !== "navigate") throw error;
    const page = await caches.match(SETTINGS.page, { cacheName: FILES, ignoreVary: true });
    if (page) return page;
    throw error;
  }
};

/* Names of served files hold a digest of their content: one that is kept is never out of date. */
const answerFile = async (event) => {
  const cache = await caches.open(FILES);
  const named = /\.[0-9a-f]{12}\.\w+$/.test(new URL(event.request.url).pathname);
  const kept = await cache.match(event.request, { ignoreVary: true });
  if (kept && named) return kept;
  try {
    const response = await fetch(event.request);
    if (response.ok) event.waitUntil(cache.put(event.request, response.clone()));
    return response;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
};

const trimFiles = async () => {
  const cache = await caches.open(FILES);
  const requests = await cache.keys();
  for (const request of requests.slice(0, Math.max(0, requests.length - FILES_KEPT))) await cache.delete(request);
};

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const page = await fetch(SETTINGS.page, { cache: "no-cache" });
    const files = await caches.open(FILES);
    const named = [...(await page.clone().text()).matchAll(/(?:href|src)="([^"]+)"/g)].map((found) => found[1]);
    await files.addAll(named.filter((url) => url.startsWith(SETTINGS.static)));
    await files.put(SETTINGS.page, page);
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(Promise.all([self.clients.claim(), forgetExpired(), trimFiles()]));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.method === "POST" && SETTINGS.gate.includes(url.pathname)) {
    /* Before anybody else is signed in, as soon as somebody leaves, and when the language changes. */
    event.respondWith(forgetPages("").then(() => fetch(request)));
  } else if (request.method !== "GET") {
    return;
  } else if (url.pathname.startsWith(SETTINGS.static)) {
    event.respondWith(answerFile(event));
  } else if (request.mode === "navigate" || request.headers.has(HEADER)) {
    event.respondWith(answerPage(event));
  }
});
