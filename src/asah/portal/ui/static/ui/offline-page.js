/* Which pages are kept, by their titles. */
(async () => {
  "use strict";
  const list = document.getElementById("kept");
  for (const name of await caches.keys()) {
    if (!name.startsWith("asah-pages-")) continue;
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const kept = await cache.match(request, { ignoreVary: true });
      const page = new DOMParser().parseFromString(await kept.text(), "text/html");
      const link = document.createElement("a");
      link.href = request.url;
      link.textContent = page.title;
      const line = document.createElement("li");
      line.append(link);
      list.append(line);
    }
  }
  document.getElementById("none").hidden = list.children.length > 0;
})();
