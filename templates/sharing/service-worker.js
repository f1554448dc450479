// Shows a page of its own where a page cannot be loaded. It keeps nothing else, and answers nothing else.
const PAGE = "{{ url_for('sharing.offline') }}";
const FILES = [PAGE, "{{ url_for('static', filename='css/offline.css') }}"];
// Another release has another URL of its files, and so another cache.
const CACHE = FILES[1];

self.addEventListener("install", (event) => {
  const files = FILES.map((url) => new Request(url, { cache: "reload" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(files)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const clean = async () => {
    for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
    // The browser asks for the page while this script starts.
    await self.registration.navigationPreload?.enable();
    await self.clients.claim();
  };
  event.waitUntil(clean());
});

const kept = (url) => caches.match(url, { ignoreVary: true });
const load = async (event) => (await event.preloadResponse) ?? fetch(event.request);

self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  // A form that is sent is left to the browser, which can send it again.
  if (mode === "navigate" && method === "GET")
    event.respondWith(load(event).catch(() => kept(PAGE)));
  else if (url === new URL(CACHE, location.href).href)
    event.respondWith(fetch(event.request).catch(() => kept(CACHE)));
});
