/* The composer: the counter, keys, forms in lists, and drafts. Without JavaScript it is a form. */
(() => {
  "use strict";

  // In milliseconds. After the last key, but not longer after the first that is not saved yet.
  const SAVE_AFTER = 1000;
  const SAVE_WITHIN = 3000;
  // A save that failed is tried again, later each time.
  const RETRY_AFTER = 2000;
  const RETRY_WITHIN = 60_000;
  const RELOADED_WITHIN = 5000;
  // Remaining characters from which they are counted.
  const NEAR = 60;
  // Fetch takes no longer body with keepalive, which outlives the page: 64 KiB for all requests.
  const KEPT_ALIVE = 60_000;
  // Answers that a retry does not change.
  const FINAL = [409, 413, 422];

  const on = (event, act, capture) => document.addEventListener(event, act, capture);
  const composers = () => document.querySelectorAll("form.composer");
  // Cards in place of which a form of an edit is open, by element id.
  const edited = new Map();

  // The count of remaining characters: a number in a ring that closes, near the end.
  function count(textarea) {
    const left = textarea.dataset.longest - [...textarea.value].length;
    const shown = document.getElementById(textarea.id.replace("_body", "_count"));
    shown.dataset.hint ??= shown.textContent;
    shown.textContent = left > NEAR ? shown.dataset.hint : left;
    shown.classList.toggle("near", left <= NEAR);
    shown.classList.toggle("over", left < 0);
    shown.style.setProperty("--closed", 1 - left / NEAR);
  }
  on("htmx:after:process", (event) => {
    for (const textarea of event.target.querySelectorAll("textarea[data-longest]"))
      if (textarea.value) count(textarea);
  });

  // Scripts that fields of a composer name are loaded when one is first used.
  const { src } = document.currentScript;
  const loaded = new Set();
  function load({ target }) {
    for (const field of target.closest?.("form.composer")?.querySelectorAll("[data-script]") ?? []) {
      const { script } = field.dataset;
      if (loaded.has(script)) continue;
      loaded.add(script);
      import(new URL(script, src)).then(() => {
        // What was typed meanwhile.
        if (field === target && field.value !== field.defaultValue)
          field.dispatchEvent(new InputEvent("input", { bubbles: true }));
      }, () => loaded.delete(script));
    }
  }
  for (const event of ["focusin", "click", "change", "dragenter"]) on(event, load);

  // What was typed before goes on at its end.
  on("focusin", ({ target }) => {
    if (target.matches("form.composer textarea[autofocus]") && !target.selectionEnd)
      target.selectionStart = target.value.length;
  });

  // Ctrl+Enter and ⌘+Enter send; no other key does.
  on("keydown", (event) => {
    const form = event.target.closest?.("form.composer");
    const isOneOf = event.ctrlKey !== event.metaKey && !event.altKey && !event.shiftKey;
    if (!form || event.key !== "Enter" || !isOneOf || event.repeat) return;
    event.preventDefault();
    form.requestSubmit();
  });

  // Drafts. Of each form: what is not saved (since, timer), the request that saves it (saving), what
  // failed (retry, notBefore), and what the form sent while its answer is awaited (sent).
  const states = new WeakMap();
  const state = (form) => states.get(form) ?? states.set(form, {}).get(form);

  function typed(form) {
    const at = state(form);
    at.since ??= Date.now();
    const delay = Math.min(SAVE_AFTER, at.since + SAVE_WITHIN - Date.now());
    clearTimeout(at.timer);
    at.timer = setTimeout(save, Math.max(delay, (at.notBefore ?? 0) - Date.now(), 0), form);
  }
  function settled(form) {
    const at = state(form);
    clearTimeout(at.timer);
    at.since = undefined;
    return at;
  }
  function save(form, isLeaving = false) {
    const at = state(form);
    if (at.since !== undefined && form.isConnected && (isLeaving || !at.saving))
      form.elements.body.dispatchEvent(new Event("save"));
  }
  for (const event of ["input", "change"])
    on(event, ({ target }) => {
      const form = target.closest?.("form.composer");
      if (form) typed(form);
      if (target.matches("textarea[data-longest]")) count(target);
    });

  // A page that is left saves what is unsaved; one that is reloaded may come before that is stored.
  const place = (form) => `${form.elements.account?.value} ${form.action}`;
  function leave() {
    for (const form of composers()) {
      const { since, saving, sent } = state(form);
      if (since === undefined && !saving) continue;
      const body = sent ? rest(form, sent) : form.elements.body.value;
      const nonce = sent?.next ?? form.elements.nonce.value;
      save(form, true);
      const left = { place: place(form), at: Date.now(), nonce, body };
      sessionStorage.setItem("left", JSON.stringify(left));
    }
  }
  on("DOMContentLoaded", () => {
    for (const form of composers()) {
      const left = JSON.parse(sessionStorage.getItem("left"));
      if (left?.place !== place(form) || Date.now() - left.at > RELOADED_WITHIN) continue;
      for (const name of ["nonce", "body"]) form.elements[name].value = left[name];
      count(form.elements.body);
      typed(form);
    }
    sessionStorage.removeItem("left");
  });
  addEventListener("beforeunload", leave);
  addEventListener("pagehide", leave);
  on("visibilitychange", () => document.hidden && leave());

  // Sent without htmx.
  on("submit", ({ target }) => {
    if (target.matches("form.composer:not([hx-post])")) settled(target);
  });

  // What is typed while a form is sent is a new text, with a nonce of its own; in an edit, all of it.
  const rest = ({ elements }, { text }) => {
    if (elements.edits) return elements.body.value === text ? "" : elements.body.value;
    return elements.body.value.slice(elements.body.value.startsWith(text) ? text.length : 0);
  };
  const formOf = ({ sourceElement: source }) =>
    source.matches?.("form.composer, form.composer textarea") ? source.form ?? source : null;
  const isSave = ({ sourceElement }) => sourceElement.matches("textarea");

  on("htmx:config:request", ({ detail: { ctx } }) => {
    const form = formOf(ctx);
    // A draft has no files.
    if (form && isSave(ctx))
      for (const [name, value] of [...ctx.request.body]) if (value instanceof File) ctx.request.body.delete(name);
    const sent = form && isSave(ctx) && state(form).sent;
    if (!sent) return;
    for (const field of form.elements)
      if (field.type !== "hidden" && field.name) ctx.request.body.delete(field.name);
    ctx.request.body.set("nonce", sent.next);
    ctx.request.body.set("body", rest(form, sent));
    sent.isSaved = true;
  });
  on("htmx:before:request", ({ detail: { ctx } }) => {
    const form = formOf(ctx);
    if (!form) return;
    const { body } = ctx.request;
    const hasFiles = [...body].some(([, value]) => value.size);
    ctx.request.keepalive = !hasFiles && `${new URLSearchParams(body)}`.length < KEPT_ALIVE;
    const at = settled(form);
    if (isSave(ctx)) at.saving = ctx;
    else {
      const next = [...crypto.getRandomValues(new Uint8Array(16))].join("");
      at.sent = { text: form.elements.body.value, next };
    }
  });
  on("htmx:finally:request", ({ detail: { ctx } }) => {
    const form = formOf(ctx);
    if (!form) return;
    const at = state(form);
    const status = ctx.response?.status ?? 0;
    if (!isSave(ctx)) {
      // A success was swapped, or leads to another page: leave() keeps what was typed since.
      if (status === 200) return;
      // Not swapped: the text is still in the form.
      if (at.sent) typed(form);
      at.sent = undefined;
    } else if (at.saving === ctx) {
      at.saving = undefined;
      const failed = (status < 200 || status > 299) && !FINAL.includes(status);
      at.retry = failed ? Math.min(at.retry * 2 || RETRY_AFTER, RETRY_WITHIN) : 0;
      at.notBefore = Date.now() + at.retry;
      ctx.sourceElement.toggleAttribute("data-quiet", failed);
      if (failed || at.since !== undefined) typed(form);
    }
  });
  on("htmx:before:swap", ({ detail: { ctx, tasks } }) => {
    const form = formOf(ctx);
    const sent = form && !isSave(ctx) && state(form).sent;
    const main = tasks.find((task) => task.type === "main");
    const isRefused = ctx.response.status >= 400;
    if (!sent || !main || main.swapSpec.style === "none") return;
    state(form).sent = undefined;
    const { value } = form.elements.body;
    const left = isRefused ? value : rest(form, sent);
    if (value === sent.text && !sent.isSaved) return;
    const answer = main.fragment.querySelector("form.composer");
    const goesOn = answer ?? form;
    goesOn.elements.body.value = left;
    if (!isRefused) goesOn.elements.nonce.value = sent.next;
    if (!answer) {
      count(form.elements.body);
      // The card comes before the form of a reply; the form of an edit stays in its place.
      const card = main.fragment.querySelector("article");
      card.removeAttribute("autofocus");
      if (form.elements.edits) {
        edited.set(card.id, card);
        tasks.splice(tasks.indexOf(main), 1);
      } else main.swapSpec.style = "beforebegin";
    }
    typed(goesOn);
  });

  // A composer in a list opens once; its "Cancel" closes it. Opened again it is the same form: the
  // draft that the server gives could be older than the save on its way.
  const closed = new Map();
  on("click", (event) => {
    const form = event.target.closest?.("[data-cancel]")?.closest("form.composer");
    const id = form?.dataset.inReplyTo;
    if (id && form.closest("#posts, #notifications, .thread")) {
      event.preventDefault();
      save(form, true);
      if (!state(form).sent) closed.set(id, form);
      form.remove();
      document.querySelector(`#reply_${id}, #post_${id} textarea`)?.focus();
    }
    const reply = event.target.closest?.(".act.reply");
    const to = reply?.id.slice(6);
    const shown = reply && document.querySelector(`.composer[data-in-reply-to="${to}"]`);
    const open = shown ?? closed.get(to);
    if (open) {
      event.preventDefault();
      event.stopPropagation();
      if (!shown) {
        closed.delete(to);
        reply.closest("article").after(open);
        // A save that failed meanwhile is tried again.
        if (state(open).since !== undefined) typed(open);
      }
      open.querySelector("textarea").focus();
    }
  }, true);

  // Escape is "Cancel", where that stays on the page; what was typed is a draft.
  on("keydown", (event) => {
    if (event.key !== "Escape" || event.repeat || event.defaultPrevented) return;
    const form = event.target.closest?.(":is(#posts, #notifications, .thread) form.composer");
    if (form?.hasAttribute("hx-post")) form.querySelector("[data-cancel]")?.click();
  });

  // An edit in a list: "Cancel" restores a saved copy of the card.
  on("htmx:before:swap", (event) => {
    const { target, text } = event.detail.ctx;
    if (target?.matches?.("article.post") && text?.includes("post-editing"))
      edited.set(target.id, target.cloneNode(true));
  });
  on("click", (event) => {
    const form = event.target.closest?.(".post-editing [data-cancel]")?.closest("form");
    const editing = form?.closest("article");
    const card = editing && edited.get(editing.id);
    if (!card) return;
    event.preventDefault();
    save(form, true);
    editing.replaceWith(card);
    htmx.process(card);
    // The card before the edit has the open menu; the one after it has the link that opens it.
    card.querySelector("details.menu")?.removeAttribute("open");
    card.querySelector("details.menu summary, .act.more").focus();
  }, true);
})();
