/* After the viewer logged in again in another tab, the forms of this page get the new CSRF token, and
   the request is sent again. */
(() => {
  "use strict";

  async function fetchWithNewToken(url, request) {
    const response = await fetch(url, request);
    const token = response.headers.get("X-CSRFToken");
    if (!token) return response;
    for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = token;
    request.body.set("csrf_token", token);
    return fetch(url, request);
  }

  document.addEventListener("htmx:config:request", (event) => {
    event.detail.ctx.fetch = fetchWithNewToken;
  });
})();
