/* The service worker: a page of our own where there is no connection. After everything else. */
addEventListener("load", () => navigator.serviceWorker?.register("/service-worker.js").catch(() => {}));
