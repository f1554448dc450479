/* What is shown of a picture that becomes an avatar or a banner: dragged, moved by a press on its new middle or
   by the arrow keys, enlarged by a slider. The form sends it in a hidden field; without this, the server takes the middle. */

const STEP = 0.05; // of what is shown, for each press of an arrow key
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
// Pixels by which a pointer may move in a press that is no drag.
const STILL = 4;
const between = (least, value, most) => Math.min(Math.max(value, least), most);

function cut(field) {
  const [file, stage, canvas, zoom] = ["[type=file]", ".cut", "canvas", "[type=range]"].map((css) =>
    field.querySelector(css),
  );
  const sent = file.form.elements[`${file.name}_crop`];
  const pen = canvas.getContext("2d");
  // The picture, and the middle and the size of what is shown of it, as fractions of it.
  let picture, middle, size;
  // Where the pointer went down, and where it was last.
  let began = [0, 0];
  let at;

  function draw() {
    const wide = canvas.width / canvas.height / (picture.width / picture.height);
    size = [Math.min(1, wide), Math.min(1, 1 / wide)].map((side) => side / zoom.value);
    middle = middle.map((place, i) => between(size[i] / 2, place, 1 - size[i] / 2));
    const [left, top] = middle.map((place, i) => place - size[i] / 2);
    const of = [left * picture.width, top * picture.height, size[0] * picture.width, size[1] * picture.height];
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, ...of, 0, 0, canvas.width, canvas.height);
    sent.value = [left, top, left + size[0], top + size[1]].map((edge) => edge.toFixed(5)).join(" ");
  }

  function move(across, down) {
    middle = [middle[0] + across * size[0], middle[1] + down * size[1]];
    draw();
  }

  async function choose() {
    picture?.close();
    // What the browser cannot read, the server reports.
    picture = file.files[0] && (await createImageBitmap(file.files[0]).catch(() => undefined));
    stage.hidden = !picture;
    sent.value = "";
    if (!picture) return;
    [middle, zoom.value] = [[0.5, 0.5], 1];
    draw();
  }

  file.addEventListener("change", choose);
  zoom.addEventListener("input", draw);
  canvas.addEventListener("keydown", (event) => {
    if (!KEYS[event.key] || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    move(...KEYS[event.key].map((way) => way * STEP));
  });
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    began = at = [event.clientX, event.clientY];
  });
  // Dragging is not needed (WCAG 2.2, 2.5.7).
  canvas.addEventListener("click", (event) => {
    if (Math.hypot(began[0] - event.clientX, began[1] - event.clientY) > STILL) return;
    const { left, top, width, height } = canvas.getBoundingClientRect();
    move((event.clientX - left) / width - 0.5, (event.clientY - top) / height - 0.5);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    move((at[0] - event.clientX) / canvas.clientWidth, (at[1] - event.clientY) / canvas.clientHeight);
    at = [event.clientX, event.clientY];
  });
  // The browser kept the file, on the way back to the page.
  if (file.files.length) choose();
}

for (const field of document.querySelectorAll(".picture-field")) cut(field);
