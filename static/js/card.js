/* Cards: a press that shows at once, a text that opens its post, a link that is copied or shared, and a card
   that turns into the opened post. Each works as a link or a form without this. */
(() => {
  "use strict";

  // In milliseconds.
  const PRESS = 180;
  const on = (event, act, capture) => document.addEventListener(event, act, capture);
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  // The press whose answer is awaited, by the id of its button.
  const presses = new Map();

  function toggle(button) {
    const count = button.textContent;
    const step = button.ariaPressed === "true" ? -1 : 1;
    button.ariaPressed = step > 0;
    if (/^\d*$/.test(count) && !button.matches(".bookmark")) button.textContent = +count + step || "";
  }
  // A heart grows and shrinks back; a count rolls.
  function move(button, since) {
    const elapsed = performance.now() - since;
    if (still.matches || elapsed > PRESS) return;
    const options = { duration: PRESS, easing: "ease-out" };
    const animations = [];
    if (button.matches('.like[aria-pressed="true"]'))
      animations.push(button.animate({ scale: [1, 1.25, 1] }, { ...options, pseudoElement: "::before" }));
    if (button.textContent) {
      const count = document.createElement("span");
      count.className = "rolling";
      count.textContent = button.textContent;
      button.replaceChildren(count);
      animations.push(count.animate({ translate: ["0 0.5rem", "0 0"], opacity: [0, 1] }, options));
    }
    for (const animation of animations) animation.currentTime = elapsed;
  }
  const pressOf = ({ detail: { ctx } }) =>
    ctx.sourceElement.matches("button.act[aria-pressed]") ? ctx.sourceElement : null;

  on("htmx:before:request", (event) => {
    const button = pressOf(event);
    if (!button) return;
    const { ariaPressed, textContent } = button;
    // One may leave the page at once.
    event.detail.ctx.request.keepalive = true;
    presses.set(button.id, { was: { ariaPressed, textContent }, at: performance.now(), again: false });
    toggle(button);
    move(button, performance.now());
  });
  // Pressed again before the answer: shown at once, and sent after it.
  on("click", (event) => {
    const button = event.target.closest?.("button.act[aria-pressed]");
    const press = button && presses.get(button.id);
    if (!press) return;
    event.preventDefault();
    event.stopPropagation();
    press.again = !press.again;
    press.at = performance.now();
    toggle(button);
    move(button, press.at);
  }, true);
  on("htmx:finally:request", (event) => {
    // After a swap it is another element with the same id.
    const pressed = pressOf(event);
    const press = presses.get(pressed?.id);
    if (!press) return;
    presses.delete(pressed.id);
    const button = document.getElementById(pressed.id);
    if (!press.isAnswered) Object.assign(pressed, press.was);
    else if (press.again && button) {
      toggle(button);
      button.click();
    }
  });
  on("htmx:before:swap", (event) => {
    const press = presses.get(pressOf(event)?.id);
    if (press && event.detail.ctx.response.raw.ok) press.isAnswered = true;
  });
  on("htmx:after:swap", (event) => {
    const press = presses.get(pressOf(event)?.id);
    const button = press?.isAnswered && document.getElementById(pressOf(event).id);
    if (!button) return;
    if (press.again) toggle(button);
    else move(button, press.at);
  });

  // A click into a text opens its post, as one beside it does; not one that ends a selection.
  let isSelected = false;
  on("pointerdown", () => (isSelected = !getSelection().isCollapsed), true);
  on("click", (event) => {
    const body = event.target.closest?.(".post-body");
    if (!body || isSelected || event.target.closest("a") || !getSelection().isCollapsed) return;
    body.closest(".post")?.querySelector(".post-time")?.dispatchEvent(new MouseEvent("click", event));
  });

  // Pictures open in a viewer, and animations play in place.
  const { src } = document.currentScript;
  on("click", async (event) => {
    const link = event.target.closest?.(".picture-link, .picture-play");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    try {
      const { play, view } = await import(new URL("viewer.js", src));
      await (link.matches(".picture-play") ? play(link) : view(link));
    } catch {
      location.assign(link.href);
    }
  });

  // The menu
  function close(entry) {
    const menu = entry.closest("details");
    menu.open = false;
    menu.querySelector("summary").focus();
  }
  on("htmx:after:process", ({ target }) => {
    for (const share of target.querySelectorAll("[data-share]")) share.hidden = !navigator.share;
  });
  on("click", (event) => {
    const copy = event.target.closest?.("[data-copy]");
    const share = event.target.closest?.("[data-share]");
    if (copy && navigator.clipboard) {
      event.preventDefault();
      navigator.clipboard.writeText(copy.href).then(
        () => document.dispatchEvent(new CustomEvent("say", { detail: copy.dataset.copy })),
        () => location.assign(copy.href),
      );
      close(copy);
    } else if (share) {
      navigator.share({ url: new URL(share.dataset.share, location) }).catch(() => {});
      close(share);
    }
  });

  // A card in a list turns into the opened post, and back.
  const cardOf = (url) => {
    const id = url && /^\/posts\/(\d+)$/.exec(new URL(url).pathname)?.[1];
    return id && document.getElementById(`post_${id}`);
  };
  function join(transition, ...urls) {
    const card = transition && urls.map(cardOf).find(Boolean);
    if (!card) return;
    card.style.viewTransitionName = "opened";
    transition.finished.finally(() => (card.style.viewTransitionName = ""));
  }
  addEventListener("pageswap", ({ viewTransition, activation }) =>
    join(viewTransition, activation?.entry.url, location.href));
  addEventListener("pagereveal", ({ viewTransition }) =>
    join(viewTransition, location.href, navigation.activation?.from?.url));
})();
