/* A press on a button that sends a form shows at once. htmx marks its own. */
(() => {
  "use strict";

  document.addEventListener("submit", ({ submitter, defaultPrevented }) => {
    if (!defaultPrevented) submitter?.classList.add("is-sending");
  });
  window.addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll(".is-sending")) button.classList.remove("is-sending");
  });
})();
