/* The number of new notifications, in the title and on the icon of the page. */
(() => {
  "use strict";

  function show() {
    const number = document.querySelector(".badge")?.textContent;
    const title = document.title.replace(/^\(\d+\+?\) /, "");
    const shown = number ? `(${number}) ${title}` : title;
    if (document.title !== shown) document.title = shown;
    const icon = document.querySelector("link[data-new]");
    const url = number ? icon?.dataset.new : icon?.dataset.usual;
    if (icon && icon.getAttribute("href") !== url) icon.href = url;
    // On the icon of an installed site.
    if (document.getElementById("unread")) navigator.setAppBadge?.(parseInt(number) || 0).catch(() => {});
  }
  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("htmx:after:swap", show);
})();
