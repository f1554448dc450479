/* The viewer: the pictures of a post, large, in a dialog; and animations that play where they stand.
   card.js loads it with the first click. Without JavaScript the links lead to the files. */

// CSS pixels of a swipe.
const SWIPE = 48;

const make = (tag, properties, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

/* Opens the picture of `link`, with those beside it. */
export function view(link) {
  const links = [...link.closest(".pictures").querySelectorAll(".picture-link")];
  const [name, close, previous, next] = JSON.parse(link.closest("[data-words]").dataset.words);
  let at = links.indexOf(link);

  const stage = make("div", { className: "viewer-stage" });
  const count = make("span", { className: "viewer-count" });
  const caption = make("figcaption", { className: "viewer-caption", dir: "auto" });
  const dialog = make("dialog", { className: "viewer", ariaLabel: name },
    make("form", { method: "dialog" }, button("close", close, "submit")),
    make("figure", {}, stage, make("div", { ariaLive: "polite" }, count, caption)));
  if (links.length > 1)
    dialog.append(button("previous", previous, () => go(-1)), button("next", next, () => go(1)));

  function button(className, label, act) {
    const made = make("button", { className: `viewer-${className}`, ariaLabel: label, title: label });
    made.type = act === "submit" ? act : "button";
    if (act !== "submit") made.addEventListener("click", act);
    return made;
  }
  function go(step) {
    at = (at + step + links.length) % links.length;
    show();
  }
  function show() {
    const shown = links[at].cloneNode(true);
    const [ground, large] = [shown.querySelector(".picture-blur"), shown.querySelector("picture > img")];
    const [widest] = large.srcset.match(/\d+(?=w\s*$)/) ?? [large.width];
    for (const each of shown.querySelectorAll("[sizes]")) each.sizes = `min(100vw, ${widest}px)`;
    large.loading = "eager";
    large.addEventListener("load", () => ground?.remove());
    count.textContent = links.length > 1 ? `${at + 1} / ${links.length}` : "";
    const description = links[at].parentElement.querySelector(".picture-description");
    caption.textContent = description?.textContent.trim() ?? "";
    stage.replaceChildren(...shown.children);
    const player = links[at].parentElement.querySelector(".picture-play");
    if (player) stage.append(player.cloneNode());
    stage.classList.toggle("picture-clear", links[at].parentElement.matches(".picture-clear"));
  }

  dialog.addEventListener("keydown", ({ key }) => {
    if (links.length < 2) return;
    const forward = getComputedStyle(dialog).direction === "rtl" ? -1 : 1;
    if (key === "ArrowRight") go(forward);
    if (key === "ArrowLeft") go(-forward);
  });
  let from;
  dialog.addEventListener("touchstart", ({ touches }) => {
    from = touches.length === 1 ? touches[0].clientX : undefined;
  }, { passive: true });
  dialog.addEventListener("touchend", ({ changedTouches: [{ clientX }] }) => {
    if (links.length > 1 && Math.abs(clientX - from) > SWIPE) go(clientX < from ? 1 : -1);
  });
  // A click beside the picture closes, as Escape does.
  dialog.addEventListener("click", ({ target }) => {
    if (target.matches("dialog, figure, .viewer-stage")) dialog.close();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    links[at].focus();
  });

  show();
  document.body.append(dialog);
  dialog.showModal();
}

// Stills of animations that play, by their links.
const stills = new WeakMap();

/* Plays the animation of `link` in place of its still picture, or stops it. */
export async function play(link) {
  const picture = link.parentElement.querySelector("picture");
  const still = stills.get(link);
  if (still) {
    stills.delete(link);
    picture.replaceWith(still);
  } else {
    const { alt, width, height } = picture.querySelector("img");
    const moving = make("img", { alt, src: link.href });
    moving.width = width;
    moving.height = height;
    link.classList.add("is-sending");
    await moving.decode().finally(() => link.classList.remove("is-sending"));
    stills.set(link, picture);
    picture.replaceWith(make("picture", {}, moving));
  }
  const { ariaLabel } = link;
  link.ariaLabel = link.dataset.play;
  link.dataset.play = ariaLabel;
  link.classList.toggle("is-playing", !still);
}
