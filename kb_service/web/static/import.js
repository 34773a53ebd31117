// An import that is watched while it is stored.
//
// <form data-watch> is sent without leaving the page, whose main part then shows, again and
// again, what the address of the page answers: how far it is, and in the end what was stored.
// [data-storing] is on a page that was opened while an import goes on. Without this script the
// form opens the page with the result when all is done.

const PAUSE = 700; // milliseconds between two looks
const here = location.pathname + location.search;

async function look() {
  return mainOf(await fetch(here, { headers: { Accept: "text/html" } }));
}

async function mainOf(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.title = page.title;
  return page.querySelector("main");
}

function show(main) {
  document.querySelector("main").replaceChildren(...main.childNodes);
}

function pause() {
  return new Promise((resolve) => setTimeout(resolve, PAUSE));
}

// Look until `isOver`, and show what is seen meanwhile.
async function watch(isOver) {
  while (!isOver()) {
    const main = await look();
    if (isOver()) return;
    if (main.querySelector("[data-storing]")) show(main);
    await pause();
  }
}

async function send(form) {
  let isOver = false;
  const answer = fetch(form.action, { method: "POST", headers: { Accept: "text/html" } });
  answer.finally(() => { isOver = true; }).catch(() => {});
  await Promise.all([answer, pause().then(() => watch(() => isOver))]);
  end(await mainOf(await answer));
}

function end(main) {
  show(main);
  const outcome = document.querySelector("[data-outcome], [role=alert]");
  outcome?.setAttribute("tabindex", "-1");
  outcome?.focus();
}

for (const form of document.querySelectorAll("form[data-watch]")) {
  const button = form.querySelector("button");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-busy")) return; // pressed twice
    button.setAttribute("aria-busy", "true");
    send(form).catch(() => location.reload());
  });
}

if (document.querySelector("[data-storing]")) {
  let main = null;
  const isOver = () => main !== null && !main.querySelector("[data-storing]");
  (async () => {
    while (!isOver()) {
      await pause();
      main = await look();
      if (!isOver()) show(main.cloneNode(true));
    }
    end(main);
  })().catch(() => location.reload());
}
