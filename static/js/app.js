/* Behaviour that HTML and htmx cannot express. Every page works without it. */
(() => {
  "use strict";

  const MESSAGE_SECONDS = 8;
  const POLL_SECONDS = 30;
  const flash = () => document.getElementById("flash");

  // The search reads dates in the viewer's time zone.
  document.cookie = `zone=${Intl.DateTimeFormat().resolvedOptions().timeZone};path=/search;samesite=lax`;

  // htmx sends the request of such a button to the URL in its formaction, that of a link to its own.
  document.addEventListener("htmx:config:request", (event) => {
    const { sourceElement, request } = event.detail.ctx;
    if (sourceElement.matches("button[formaction]"))
      request.action = sourceElement.getAttribute("formaction");
    if (sourceElement.matches("a[hx-get='']")) request.action = sourceElement.getAttribute("href");
  });

  // A menu closes on a click elsewhere, and on Escape, which focuses its button.
  const openMenus = () => document.querySelectorAll("details:is(.menu, .me)[open]");
  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
  });
  // Keys with which an input method composes do nothing here. Safari marks the last one by its code.
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) event.stopImmediatePropagation();
  }, true);
  const onEscape = (act) =>
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.repeat) act();
    });
  onEscape(() => {
    for (const menu of openMenus()) {
      if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
      menu.open = false;
    }
    // The word beside an icon of the navigation is hidden, this time (WCAG 2.2, 1.4.13).
    for (const entry of document.querySelectorAll(".site-header :is(:hover, :focus)")) {
      entry.classList.add("is-quiet");
      entry.onmouseleave = entry.onblur = () => entry.classList.remove("is-quiet");
    }
  });

  // A menu that opens at the edge of the window is scrolled to.
  document.addEventListener("toggle", ({ target }) => {
    if (target.matches(".menu[open]"))
      target.querySelector(".menu-items").scrollIntoView({ block: "nearest" });
  }, true);
  // The way back on a phone: to where one was, with its place in the list.
  document.addEventListener("click", (event) => {
    const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (!event.target.closest?.(".site-back") || !isPlain) return;
    if (history.length < 2 || !document.referrer.startsWith(`${location.origin}/`)) return;
    event.preventDefault();
    history.back();
  });

  // Polling pauses while the page is hidden. Its errors show no message, nor do those of retries; but
  // that another account is signed in now (409) is shown once.
  let isAnothers = false;
  const isQuiet = ({ detail: { ctx }, target }) =>
    ctx?.sourceEvent?.type === "tick" || target.matches?.("[data-quiet]");
  document.addEventListener("htmx:after:request", (event) => {
    const { ok, status } = event.detail.ctx.response.raw;
    if (isQuiet(event) && !ok && (status !== 409 || isAnothers)) event.preventDefault();
    isAnothers = status === 409;
  });
  setInterval(() => {
    if (!document.hidden) document.body.dispatchEvent(new Event("tick"));
  }, POLL_SECONDS * 1000);

  // What takes the focused element away says where the focus goes.
  const focus = (element) => {
    element.tabIndex = -1;
    element.focus();
  };
  let focused;
  document.addEventListener("focusin", ({ target }) => (focused = target));
  document.addEventListener("htmx:after:swap", () => {
    if (document.activeElement === document.body && focused?.isConnected === false)
      document.getElementById("main").focus({ preventScroll: true });
  });
  // After more was loaded by a link in focus: to the first that was not there before.
  document.addEventListener("htmx:before:swap", ({ detail: { ctx, tasks } }) => {
    const more = document.activeElement;
    if (more.id !== "more" || more !== ctx.sourceElement || !ctx.response.raw.ok) return;
    const loaded = [...tasks[0].fragment.children];
    const first = loaded.find((element) => element.id !== "more" && !document.getElementById(element.id));
    if (first) Object.assign(first, { tabIndex: -1, autofocus: true });
    else focus(more.previousElementSibling ?? document.getElementById("main"));
  });
  // As "Undo" fades out: to its card.
  document.addEventListener("animationstart", ({ animationName, target }) => {
    if (animationName === "gone" && target.contains(document.activeElement))
      focus(target.closest("article"));
  });

  // Messages vanish after some seconds and on Escape, but not while the pointer is on one; a message
  // with a button lasts as long as its undo. The focus goes back to where it was before.
  let before;
  function dismiss(message) {
    if (message.contains(document.activeElement))
      (before?.isConnected ? before : document.getElementById("main")).focus();
    message.remove();
  }
  function dismissLater(message) {
    const undo = message.querySelector("button");
    const isRead = () => !undo && message.matches(":hover, :focus-within");
    const end = () => (isRead() ? dismissLater(message) : dismiss(message));
    setTimeout(end, (undo ? 30 : MESSAGE_SECONDS) * 1000);
  }
  document.addEventListener("DOMContentLoaded", () => {
    flash().addEventListener("focusin", ({ relatedTarget }) => {
      if (!flash().contains(relatedTarget)) before = relatedTarget;
    });
    flash().querySelectorAll(".message").forEach(dismissLater);
    new MutationObserver((changes) => {
      for (const change of changes)
        for (const node of change.addedNodes) if (node.matches?.(".message")) dismissLater(node);
    }).observe(flash(), { childList: true });
  });
  onEscape(() => [...flash().children].forEach(dismiss));
  function say(text) {
    const message = document.createElement("div");
    message.className = "message";
    message.textContent = text;
    flash().replaceChildren(message);
  }
  document.addEventListener("say", ({ detail }) => say(detail));
  function sayLostConnection(event) {
    if (!isQuiet(event)) say(document.body.dataset.lostConnection);
  }
  document.addEventListener("htmx:error", sayLostConnection);
  // A server that is too busy does not ask the application.
  document.addEventListener("htmx:response:error", (event) => {
    const { response, text } = event.detail.ctx;
    if (response.status === 503 && !text?.includes("<hx-partial")) sayLostConnection(event);
  });

  // A card that the page has already is removed from a loaded fragment.
  document.addEventListener("htmx:after:swap", () => {
    const seen = new Set();
    for (const card of document.querySelectorAll("#posts > article[id]")) {
      if (seen.has(card.id)) card.remove();
      seen.add(card.id);
    }
  });
})();
