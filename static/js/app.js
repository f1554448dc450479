/* Behaviour that HTML and htmx cannot express. Every page works without it. */
(() => {
  "use strict";

  const MESSAGE_SECONDS = 8;
  const POLL_SECONDS = 30;
  const flash = () => document.getElementById("flash");

  // Times: Flask-Moment's markup, in the viewer's time zone and language.
  function renderTimes(root) {
    for (const time of root.querySelectorAll("time[data-function]")) {
      time.dataset.timestamp = time.dateTime;
      flask_moment_render(time);
    }
  }
  moment.locale(document.documentElement.lang);
  document.addEventListener("htmx:after:process", (event) => renderTimes(event.target));
  setInterval(() => renderTimes(document), 60_000);
  window.addEventListener("pageshow", (event) => event.persisted && renderTimes(document));

  // The search reads dates in the viewer's time zone.
  document.cookie = `zone=${Intl.DateTimeFormat().resolvedOptions().timeZone};path=/search;samesite=lax`;

  // The composer: the count of remaining characters, and Ctrl+Enter.
  function count(textarea) {
    const left = textarea.dataset.longest - [...textarea.value].length;
    const shown = document.getElementById(textarea.id.replace("_body", "_count"));
    shown.textContent = left;
    shown.classList.toggle("over", left < 0);
  }
  document.addEventListener("input", (event) => {
    if (event.target.matches("textarea[data-longest]")) count(event.target);
  });
  document.addEventListener("htmx:after:process", (event) => {
    for (const textarea of event.target.querySelectorAll("textarea[data-longest]"))
      if (textarea.value) count(textarea);
  });
  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.("form.composer");
    if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
  });

  // htmx sends the request of such a button to the URL in its formaction.
  document.addEventListener("htmx:config:request", (event) => {
    const { sourceElement, request } = event.detail.ctx;
    if (sourceElement.matches("button[formaction]"))
      request.action = sourceElement.getAttribute("formaction");
  });

  // A composer in a list opens once; its "Cancel" closes it.
  document.addEventListener("click", (event) => {
    const cancel = event.target.closest?.("[data-cancel]");
    const card = cancel && cancel.closest(".composer").previousElementSibling;
    if (card?.matches("#posts .post, .thread .post, .posts-single .post")) {
      event.preventDefault();
      cancel.closest(".composer").remove();
      card.querySelector(".act.reply")?.focus();
    }
    const reply = event.target.closest?.(".act.reply");
    const open = reply && document.querySelector(`.composer[data-in-reply-to="${reply.id.slice(6)}"]`);
    if (open) {
      event.preventDefault();
      event.stopPropagation();
      open.querySelector("textarea").focus();
    }
  }, true);

  // An edit in a list: "Cancel" restores a saved copy of the card.
  const edited = new Map();
  document.addEventListener("htmx:before:swap", (event) => {
    const { target, text } = event.detail.ctx;
    if (target?.matches?.("article.post") && text?.includes("post-editing"))
      edited.set(target.id, target.cloneNode(true));
  });
  document.addEventListener("click", (event) => {
    const editing = event.target.closest?.(".post-editing [data-cancel]")?.closest("article");
    const card = editing && edited.get(editing.id);
    if (!card) return;
    event.preventDefault();
    editing.replaceWith(card);
    htmx.process(card);
    card.querySelector("details.menu").open = false;
    card.querySelector("summary").focus();
  }, true);

  // A menu closes on a click elsewhere, and on Escape, which focuses its button.
  const openMenus = () => document.querySelectorAll("details.menu[open]");
  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of openMenus()) {
      if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
      menu.open = false;
    }
  });

  // Polling pauses while the page is hidden; its errors show no message.
  const isPoll = (event) => event.detail.ctx?.sourceEvent?.type === "tick";
  document.addEventListener("htmx:after:request", (event) => {
    if (isPoll(event) && !event.detail.ctx.response.raw.ok) event.preventDefault();
  });
  setInterval(() => {
    if (!document.hidden) document.body.dispatchEvent(new Event("tick"));
  }, POLL_SECONDS * 1000);

  // Messages vanish after some seconds and on Escape; a message with a button lasts as long as its undo.
  function dismissLater(message) {
    const seconds = message.querySelector("button") ? 30 : MESSAGE_SECONDS;
    setTimeout(() => message.remove(), seconds * 1000);
  }
  document.addEventListener("DOMContentLoaded", () => {
    flash().querySelectorAll(".message").forEach(dismissLater);
    new MutationObserver((changes) => {
      for (const change of changes)
        for (const node of change.addedNodes) if (node.matches?.(".message")) dismissLater(node);
    }).observe(flash(), { childList: true });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") flash().replaceChildren();
  });
  function sayLostConnection(event) {
    if (isPoll(event)) return;
    const message = document.createElement("div");
    message.className = "message";
    message.textContent = document.body.dataset.lostConnection;
    flash().replaceChildren(message);
  }
  document.addEventListener("htmx:error", sayLostConnection);
  // A server that is too busy does not ask the application.
  document.addEventListener("htmx:response:error", (event) => {
    const { response, text } = event.detail.ctx;
    if (response.status === 503 && !text?.includes("<hx-partial")) sayLostConnection(event);
  });

  // After a new session began in an open page, its forms get the new CSRF token.
  document.addEventListener("fresh-token", (event) => {
    for (const field of document.querySelectorAll("input[name=csrf_token]"))
      field.value = event.detail.token;
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
