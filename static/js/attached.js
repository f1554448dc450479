/* What is attached to a composer: its order, taking a picture away, the count of a description. The hidden
   field "attached" says what is there; without JavaScript the buttons send the form, and the server does it. */

// Remaining characters of a description from which they are counted.
const NEAR = 100;

export const composers = "form.composer:has(.attached)";
export const on = (event, act, capture) => document.addEventListener(event, act, capture);
export const announce = (text) => (document.getElementById("announced").textContent = text);
export const parts = (form) => ({
  field: form.querySelector(".attach"),
  list: form.querySelector(".attached-list"),
  kept: form.querySelector(".attach ~ template").content,
});
export const word = (form, name) => parts(form).kept.querySelector(`[data-word=${name}]`).textContent;

/* The fields follow the order of the list, in which what is not up yet comes last; the draft follows them. */
export function arrange(form) {
  const { list } = parts(form);
  const items = [...list.children];
  items.forEach((item, at) => {
    item.querySelector("textarea").name = `description_${at + 1}`;
    for (const button of item.querySelectorAll("[name=direction]"))
      button.disabled = !items[at + (button.value === "up" ? -1 : 1)]?.id;
  });
  const { attached } = form.elements;
  const ids = items.filter(({ id }) => id).map(({ id }) => id.replace("picture_", ""));
  attached.value = ids.join(" ") || attached.dataset.none;
  list.dispatchEvent(new Event("change", { bubbles: true }));
}

function move({ form, value }, item) {
  if (value === "up") item.previousElementSibling.before(item);
  else item.nextElementSibling.after(item);
  arrange(form);
  item.querySelector(`[value=${value}]:enabled, [name=direction]:enabled`).focus();
  const all = [...item.parentElement.children];
  const place = { number: all.indexOf(item) + 1, count: all.length };
  announce(word(form, "place").replace(/{(\w+)}/g, (_all, name) => place[name]));
}
function remove({ form, formAction }, item) {
  const beside = item.nextElementSibling ?? item.previousElementSibling;
  item.remove();
  arrange(form);
  // It counts no more for what its owner may store. Without an answer, it stays until its draft goes.
  if (item.id)
    fetch(formAction, { method: "POST", body: new FormData(form), keepalive: true, redirect: "manual" }).catch(() => {});
  (beside?.querySelector(".attached-remove") ?? parts(form).field).focus();
  announce(word(form, "removed"));
}

on("click", (event) => {
  const button = event.target.closest?.(".attached-buttons [name=direction], .attached-remove");
  if (!button?.closest(composers)) return;
  event.preventDefault();
  event.stopPropagation();
  (button.name === "direction" ? move : remove)(button, button.closest("li"));
}, true);

on("input", ({ target }) => {
  if (!target.matches("textarea[data-most]")) return;
  const left = target.dataset.most - [...target.value].length;
  const shown = target.parentElement.querySelector(".attached-count");
  shown.textContent = left > NEAR ? "" : left;
  shown.classList.toggle("over", left < 0);
});
