/* Home: a line above the post that was the newest when the viewer left. */
(() => {
  "use strict";

  const posts = document.getElementById("posts");
  // The number of the account, so that two who share a browser do not meet each other's line.
  const key = `newest ${JSON.parse(document.body.getAttribute("hx-headers:inherited")).Account}`;
  const left = localStorage.getItem(key);
  const newest = () => posts.querySelector(":scope > article")?.id;

  function mark() {
    // What the viewer has just posted is no news to them.
    const news = posts.querySelector(":scope > article:not(:has(.post-undo))")?.id;
    const card = left && left !== news && document.getElementById(left);
    if (!card || card.parentElement !== posts || posts.querySelector(".caught-up")) return;
    const line = document.createElement("p");
    line.className = "caught-up";
    line.textContent = posts.dataset.caughtUp;
    card.before(line);
  }
  mark();
  document.addEventListener("htmx:after:swap", mark);
  addEventListener("pagehide", () => newest() && localStorage.setItem(key, newest()));
})();
