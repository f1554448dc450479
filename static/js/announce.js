/* What changed elsewhere on the page, for screen readers: how much a list has grown, and new posts. */
(() => {
  "use strict";

  const announce = (text) => (document.getElementById("announced").textContent = text);
  let known = "";

  document.addEventListener("htmx:before:swap", ({ detail: { ctx, tasks } }) => {
    const { sourceElement: more } = ctx;
    if (more.id !== "more" || !ctx.response.raw.ok) return;
    const loaded = tasks[0].fragment.querySelectorAll("article, li").length;
    announce(`${more.textContent.trim()}: ${loaded}`);
  });
  document.addEventListener("htmx:after:swap", () => {
    const found = document.getElementById("new_posts_link")?.textContent.trim() ?? "";
    if (found && found !== known) announce(found);
    known = found;
  });
})();
