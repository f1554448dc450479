/* Keyboard shortcuts, as the page /shortcuts lists them; a switch there turns all of them off (WCAG 2.2,
   2.1.4). What a key does is what a click on the page does. */
(() => {
  "use strict";

  // Milliseconds in which the second key of "g h" follows.
  const SEQUENCE_WITHIN = 1500;
  const SWITCH = "shortcuts";
  const TYPED_INTO =
    "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=submit])";
  // Where keys belong to what is open.
  const OPEN = "dialog[open], details[open]:not(.pictures-cover), :popover-open";

  const areOff = () => localStorage.getItem(SWITCH) === "off";
  const go = (url) => location.assign(url);
  const visible = (css) =>
    [...document.querySelectorAll(css)].filter((element) => element.checkVisibility());

  // Lists: the focus moves through the articles of the page; in a list, on to the next part of it.
  const current = () => document.activeElement.closest("main article[id]");
  function move(step) {
    const articles = visible("main article[id]");
    const at = articles.indexOf(current());
    const inView = (article) => article.getBoundingClientRect().bottom > innerHeight / 8;
    const next = at < 0 ? articles.find(inView) : articles[at + step];
    const more = document.getElementById("more");
    if (next) {
      next.tabIndex = -1;
      next.focus({ preventScroll: true });
      next.scrollIntoView({ block: "nearest" });
    } else if (step > 0 && more) {
      more.focus();
      more.click();
    }
  }
  const press = (verb) => current()?.querySelector(`.act.${verb}`)?.click();
  function open() {
    const post = current()?.id.match(/^post_(\d+)$/);
    if (post) go(`/posts/${post[1]}`);
    else current()?.querySelector("a[href]")?.click();
  }

  function write() {
    const field = document.getElementById("composer_body");
    if (field) field.focus();
    else go("/posts/new#composer_body");
  }
  function search() {
    const [field] = visible("input[type=search]");
    if (field) field.select();
    field?.focus();
    if (!field) go("/search#search_text");
  }
  async function help() {
    const dialog = document.createElement("dialog");
    dialog.className = "dialog";
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    await htmx.ajax("GET", "/shortcuts", { target: dialog, swap: "innerHTML" });
    dialog.ariaLabel = dialog.querySelector("h1").textContent;
    dialog.showModal();
  }

  const KEYS = {
    n: write,
    "/": search,
    "?": help,
    j: () => move(1),
    k: () => move(-1),
    o: open,
    r: () => press("reply"),
    t: () => press("repost"),
    l: () => press("like"),
    b: () => press("bookmark"),
  };
  const PLACES = {
    h: "/",
    e: "/explore",
    n: "/notifications",
    b: "/bookmarks",
    d: "/drafts",
    s: "/settings/profile",
  };

  let sequenceBegan = -Infinity;
  document.addEventListener("keydown", (event) => {
    const { key, target, timeStamp } = event;
    const isCombined = event.ctrlKey || event.metaKey || event.altKey;
    if (isCombined || event.defaultPrevented || areOff()) return;
    if (target.closest(TYPED_INTO) || target.closest(OPEN) || document.querySelector("dialog[open]"))
      return;
    if (event.repeat && key !== "j" && key !== "k") return;
    const isSecond = timeStamp - sequenceBegan < SEQUENCE_WITHIN;
    sequenceBegan = key === "g" && !isSecond ? timeStamp : -Infinity;
    const profile = document.querySelector(".me .menu-items a")?.getAttribute("href");
    const place = isSecond && (key === "p" ? profile : Object.hasOwn(PLACES, key) && PLACES[key]);
    const isOpened = key === "Enter" && target.matches("main article[id]");
    const act = place ? () => go(place) : isOpened ? open : Object.hasOwn(KEYS, key) && KEYS[key];
    if (!act || (isSecond && !place)) return;
    event.preventDefault();
    act();
  });

  // The switch.
  document.addEventListener("htmx:after:process", ({ target }) => {
    const shown = target.querySelector?.("#shortcuts_on");
    if (shown) shown.checked = !areOff();
  });
  document.addEventListener("change", ({ target }) => {
    if (target.id === "shortcuts_on") localStorage.setItem(SWITCH, target.checked ? "on" : "off");
  });
})();
