/* Completion of @names and #tags in the composer: a listbox from the server, below the text. The text
   keeps the focus; the arrow keys choose, Enter and Tab accept, Escape closes. */

const WAIT = 150; // milliseconds after the last key
// The name or tag that ends at the caret, as app/posts/text.py begins one.
const BEGUN = /(?<![A-Za-z0-9_])[@#][\p{L}\p{M}\p{N}_]{1,60}$/u;

const fields = "textarea[data-completions]";
const list = () => document.getElementById("completions");
const options = () => [...(list()?.children ?? [])];
const chosen = () => options().find((option) => option.ariaSelected === "true");
let field, timer, request;

function begun() {
  if (field.selectionStart !== field.selectionEnd) return undefined;
  return BEGUN.exec(field.value.slice(0, field.selectionStart))?.[0];
}

function close() {
  clearTimeout(timer);
  request?.abort();
  list()?.remove();
  for (const name of ["aria-controls", "aria-activedescendant"]) field?.removeAttribute(name);
}

function choose(option) {
  for (const other of options()) other.ariaSelected = String(other === option);
  field.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

async function ask(text) {
  request = new AbortController();
  const url = `${field.dataset.completions}?${new URLSearchParams({ text })}`;
  const headers = { "HX-Request": "true", "HX-Request-Type": "partial" };
  const { signal } = request;
  try {
    const response = await fetch(url, { headers, signal });
    const html = response.ok ? await response.text() : "";
    if (signal.aborted || begun() !== text) return;
    list()?.remove();
    field.insertAdjacentHTML("afterend", html);
    if (!list()) return close();
    // Below the text, which stays readable.
    list().style.top = `${field.offsetTop + field.offsetHeight}px`;
    list().style.left = `${field.offsetLeft}px`;
    field.setAttribute("aria-controls", "completions");
    choose(options()[0]);
  } catch {
    // Without an answer there is nothing to complete.
  }
}

function accept(option) {
  const end = field.selectionStart;
  field.setRangeText(`${option.dataset.text} `, end - begun().length, end, "end");
  close();
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

document.addEventListener("input", ({ target, isComposing }) => {
  if (!target.matches(fields) || isComposing) return;
  if (field !== target) close();
  field = target;
  field.setAttribute("aria-autocomplete", "list");
  const text = begun();
  if (!text) return close();
  clearTimeout(timer);
  request?.abort();
  timer = setTimeout(ask, WAIT, text);
});

document.addEventListener("keydown", (event) => {
  if (!list() || event.target !== field) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const all = options();
  const at = all.indexOf(chosen());
  const acts = {
    ArrowDown: () => choose(all[(at + 1) % all.length]),
    ArrowUp: () => choose(all.at(at - 1)),
    Enter: () => accept(all[at]),
    Tab: () => accept(all[at]),
    Escape: close,
  };
  if (!acts[event.key]) return;
  event.preventDefault();
  // Escape closes the list and nothing else.
  event.stopImmediatePropagation();
  acts[event.key]();
}, true);

// A press of the mouse does not take the focus from the text.
document.addEventListener("mousedown", (event) => {
  if (event.target.closest("#completions")) event.preventDefault();
});
document.addEventListener("click", ({ target }) => {
  const option = target.closest("#completions > li");
  if (option) accept(option);
});
document.addEventListener("focusout", ({ target }) => target === field && close());
document.addEventListener("selectionchange", () => {
  if (list() && document.activeElement === field && !begun()) close();
});
