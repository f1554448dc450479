/* Pictures for a composer: chosen, dropped or pasted, they go up one at a time, while one types. composer.js
   loads this with the first composer that is used. Without JavaScript they go with the form. */

import { announce, arrange, composers, on, parts, word } from "./attached.js";

// Statuses after which the same file may pass; 0 is no answer.
const PASSING = [0, 400, 401, 408, 429];

// By the item in the list: the file, the form, the request that sends it, and why it failed.
const pending = new Map();
// Previews of what arrived, by the id of the item.
const previews = new Map();
// Forms that are sent once their pictures are up.
const waiting = new WeakSet();
const say = (detail) => document.dispatchEvent(new CustomEvent("say", { detail }));
const goingUp = (form) => [...pending.keys()].filter((item) => item.isConnected && form.contains(item));

function add(form, files) {
  const { field, list, kept } = parts(form);
  const room = field.dataset.most - list.children.length;
  if (files.length > room) say(word(form, "many"));
  for (const file of [...files].slice(0, room)) {
    const item = kept.querySelector("li").cloneNode(true);
    const [preview, label, text] = item.querySelectorAll("img, label, textarea");
    draw(preview, file).catch(() => {});
    label.htmlFor = text.id = `new_${crypto.getRandomValues(new Uint32Array(2)).join("")}`;
    list.append(item);
    pending.set(item, { file, form });
    const wrong = fault(file, field);
    if (wrong) fail(item, word(form, wrong));
  }
  arrange(form);
  next();
}
// Small and still; blank where the browser cannot show it.
async function draw(preview, file) {
  const frame = await createImageBitmap(file, { resizeHeight: 192 });
  const canvas = document.createElement("canvas");
  canvas.width = frame.width;
  canvas.height = frame.height;
  canvas.getContext("2d").drawImage(frame, 0, 0);
  preview.src = canvas.toDataURL();
}
function fault({ name, size, type }, { accept, dataset }) {
  if (/^image\/hei[cf]|\.hei[cf]$/i.test(type + name)) return "heic";
  // A system may not know the type of a file; the server looks at its first bytes.
  if (type && !accept.split(",").includes(type)) return "type";
  return size > dataset.largest ? "large" : undefined;
}

function next() {
  for (const item of pending.keys()) if (!item.isConnected) forget(item);
  for (const id of previews.keys()) if (!document.getElementById(id)) previews.delete(id);
  if ([...pending.values()].some(({ request }) => request)) return;
  for (const [item, { failed }] of pending) if (!failed) return send(item);
}
function send(item) {
  const one = pending.get(item);
  const { field, list } = parts(one.form);
  const data = new FormData(one.form);
  data.set("element", one.form.id);
  data.set("pictures", one.file);
  one.before = new Set([...list.children].map(({ id }) => id));
  const progress = item.querySelector("progress");
  progress.hidden = false;
  const request = new XMLHttpRequest();
  one.request = request;
  request.open("POST", field.dataset.send);
  request.setRequestHeader("HX-Request", "true");
  request.setRequestHeader("HX-Request-Type", "partial");
  // Without it, no answer has a new token.
  request.setRequestHeader("Account", one.form.elements.account.value);
  request.upload.addEventListener("progress", ({ loaded, total }) => (progress.value = loaded / total));
  request.addEventListener("loadend", () => {
    one.request = undefined;
    if (item.isConnected) answered(item, request);
    next();
  });
  request.send(data);
}
function answered(item, request) {
  const one = pending.get(item);
  const { form } = one;
  const { status } = request;
  const token = request.getResponseHeader("X-CSRFToken");
  const answer = new DOMParser().parseFromString(request.responseText, "text/html");
  if (status === 200) return arrived(item, answer);
  if (token && !one.isRenewed) {
    // Signed in again in another tab.
    one.isRenewed = true;
    for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = token;
    return undefined;
  }
  const said = answer.querySelector(".attached > .attached-error, .message")?.textContent.trim();
  const isPassing = PASSING.includes(status) || status >= 500;
  return fail(item, said || word(form, status ? "failed" : "lost"), isPassing);
}
function arrived(item, answer) {
  const { before, form } = pending.get(item);
  const found = [...answer.querySelectorAll(".attached-list > li")].find(({ id }) => !before.has(id));
  // None is new where the same file is there already.
  if (found) exchange(item, found);
  else item.remove();
  arrange(form);
  announce(word(form, "arrived"));
  settle(form);
}
// Puts the server's item in place of one that went up, with what was typed, and the focus.
function exchange(item, found) {
  const [preview, text] = item.querySelectorAll("img, textarea");
  const at = item.contains(document.activeElement) && document.activeElement;
  previews.set(found.id, preview);
  item.replaceWith(found);
  pending.delete(item);
  show(found);
  const described = found.querySelector("textarea");
  described.value ||= text.value;
  if (at) (at === text ? described : found.querySelector(".attached-remove")).focus();
  if (at === text) described.setSelectionRange(text.selectionStart, text.selectionEnd);
  htmx.process(found);
}
function fail(item, text, isPassing = false) {
  const one = pending.get(item);
  Object.assign(one, { failed: true, isPassing });
  item.querySelector("progress").hidden = true;
  item.querySelector(".attached-again").hidden = !isPassing;
  item.querySelector(".attached-error").textContent = text;
  if (waiting.has(one.form)) refuse(one.form);
}
function again(item) {
  const button = item.querySelector(".attached-again");
  if (button === document.activeElement) item.querySelector("textarea").focus();
  button.hidden = true;
  item.querySelector(".attached-error").textContent = "";
  pending.get(item).failed = false;
  next();
}
addEventListener("online", () => {
  for (const [item, { failed, isPassing }] of pending) if (failed && isPassing) again(item);
});
function forget(item) {
  pending.get(item).request?.abort();
  pending.delete(item);
}
on("click", ({ target }) => {
  if (target.matches?.(".attached-again")) again(target.closest("li"));
  // attached.js took its item away.
  if (!target.matches?.(".attached-remove")) return;
  next();
  document.querySelectorAll(composers).forEach(settle);
}, true);

// What arrived shows its preview until the worker has made something of it.
function show(item) {
  const preview = previews.get(item.id);
  if (preview) item.querySelector("span.attached-preview")?.replaceWith(preview);
}
on("htmx:after:process", ({ target }) => target.querySelectorAll(".attached-list > li").forEach(show));

// Choosing, dropping, pasting

function take(field) {
  const files = [...field.files];
  field.value = "";
  if (files.length) add(field.form, files);
}
on("change", ({ target }) => {
  if (target.matches(`${composers} .attach`)) take(target);
}, true);

const formOf = ({ target }) => target.closest?.(composers);
function mark(form) {
  for (const each of document.querySelectorAll(composers)) each.classList.toggle("is-dropping", each === form);
}
for (const name of ["dragenter", "dragover", "drop"])
  on(name, (event) => {
    const form = event.dataTransfer.types.includes("Files") && formOf(event);
    mark(name === "drop" ? null : form);
    if (!form) return;
    event.preventDefault();
    if (name === "drop") add(form, event.dataTransfer.files);
  });
on("dragleave", ({ relatedTarget }) => {
  if (!relatedTarget) mark(null);
});
on("paste", (event) => {
  const { files, types } = event.clipboardData;
  const form = files.length && !types.includes("text/plain") && formOf(event);
  if (!form) return;
  event.preventDefault();
  add(form, files);
});

// What still goes up is waited for; of what failed the writer decides.

on("submit", (event) => {
  const items = goingUp(event.target);
  if (!items.length) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (items.some((item) => pending.get(item).failed)) return refuse(event.target);
  waiting.add(event.target);
  say(word(event.target, "waits"));
}, true);
function refuse(form) {
  waiting.delete(form);
  say(word(form, "stuck"));
  goingUp(form).find((item) => pending.get(item).failed).querySelector("button:not([hidden])").focus();
}

function settle(form) {
  if (!waiting.has(form) || goingUp(form).length) return;
  waiting.delete(form);
  form.requestSubmit();
}

// What was chosen while this was loading.
for (const field of document.querySelectorAll(`${composers} .attach`)) take(field);
