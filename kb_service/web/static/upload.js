// A file field as a place where files are dropped.
//
// <div data-drop> holds a file field and an element with data-chosen for the name of the file.
// A file that is dropped anywhere on the page is chosen, and where the form has data-drop-sends
// it is handed in at once: such forms only show what they would do. Without this script the
// field is chosen from, or dropped on, as any other.

function enhance(place) {
  const field = place.querySelector("input[type=file]");
  const chosen = place.querySelector("[data-chosen]");
  place.classList.add("scripted");

  function show() {
    chosen.textContent = [...field.files].map((file) => file.name).join(", ");
    chosen.hidden = !field.files.length;
  }

  field.addEventListener("change", show);
  show(); // a browser that goes back may have kept what was chosen

  document.addEventListener("dragover", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    place.classList.add("over");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) place.classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    place.classList.remove("over");
    field.files = event.dataTransfer.files;
    show();
    if (field.form.hasAttribute("data-drop-sends")) field.form.requestSubmit();
  });
}

function hasFile(event) {
  return event.dataTransfer?.types.includes("Files");
}

// A button that says what is going on from when its form is sent, and cannot be pressed twice.
function tellWhileSending(button) {
  const words = button.textContent;
  button.form.addEventListener("submit", () => {
    button.setAttribute("aria-busy", "true");
    button.textContent = button.dataset.busy;
  });
  button.form.addEventListener("submit", (event) => {
    if (button.dataset.sent) event.preventDefault();
    button.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => {
    button.removeAttribute("aria-busy");
    delete button.dataset.sent;
    button.textContent = words;
  });
}

document.querySelectorAll("[data-drop]").forEach(enhance);
document.querySelectorAll("button[data-busy]").forEach(tellWhileSending);
