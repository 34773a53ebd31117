// Somebody's own queries, kept in this browser and nowhere else, and links that are copied.

const KEPT = "rengang.queries";
const MOST = 100;

function read() {
  try {
    const found = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
    return found.filter((each) => typeof each?.name === "string" && typeof each?.query === "string");
  } catch {
    return []; // somebody else wrote there, or the browser keeps nothing
  }
}

function write(queries) {
  localStorage.setItem(KEPT, JSON.stringify(queries.slice(0, MOST)));
}

function enhance(panel) {
  const list = panel.querySelector("ul");
  const form = panel.querySelector("form");
  const name = form.querySelector("input");
  const field = document.getElementById("query");

  function open(query) {
    field.value = query;
    field.dispatchEvent(new Event("input"));
    field.focus();
  }

  function row({ name: called, query }) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = "#query";
    link.textContent = called;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      open(query);
    });
    const remove = document.createElement("button");
    remove.type = "button";
    remove.textContent = panel.dataset.remove;
    remove.setAttribute("aria-label", `${panel.dataset.remove} ${called}`);
    remove.addEventListener("click", () => {
      write(read().filter((each) => each.name !== called));
      show();
      name.focus();
    });
    item.append(link, remove);
    return item;
  }

  function show() {
    list.replaceChildren(...read().map(row));
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const called = name.value.trim();
    if (!called) return;
    write([{ name: called, query: field.value }, ...read().filter((each) => each.name !== called)]);
    form.reset();
    show();
  });
  window.addEventListener("storage", show);
  show();
}

async function copy(event) {
  const link = event.target.closest("[data-copies]");
  if (!link || !navigator.clipboard) return; // then it opens, and can be copied from there
  event.preventDefault();
  await navigator.clipboard.writeText(link.href);
  const words = link.textContent;
  link.textContent = link.dataset.copied;
  setTimeout(() => { link.textContent = words; }, 1500);
}

document.querySelectorAll("[data-saved]").forEach(enhance);
document.addEventListener("click", copy);
