// Runs the query without leaving the page, and keeps its text for as long as the tab is open.
//
// <form data-runs-into="ID"> is sent as it would be anyway, and the element ID is taken from the
// page that answers. A button with a value asks for a file, which the browser fetches by itself.

const KEPT = "rengang.query"; // of this tab, so that switching the language loses nothing

function enhance(form) {
  const target = document.getElementById(form.dataset.runsInto);
  const field = form.elements.query;
  const told = form.querySelector("[role=status]");
  let latest = null;

  async function run() {
    latest?.abort();
    latest = new AbortController();
    const { signal } = latest;
    target.setAttribute("aria-busy", "true");
    told.textContent = told.dataset.running;
    try {
      const body = new URLSearchParams({ query: field.value });
      const answer = await fetch(form.action, { method: "POST", headers: { Accept: "text/html" }, body, signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const part = page.getElementById(target.id) ?? page.querySelector("main");
      target.replaceChildren(...part.childNodes);
      field.setAttribute("aria-invalid", String(target.querySelector("#problem") !== null));
      told.textContent = "";
      document.dispatchEvent(new Event("answered"));
    } catch (error) {
      if (error.name === "AbortError") return; // a later run is under way
      told.textContent = told.dataset.lost;
    }
    target.removeAttribute("aria-busy");
  }

  form.addEventListener("submit", (event) => {
    if (event.submitter?.value) return;
    event.preventDefault();
    run();
  });
  field.addEventListener("input", () => sessionStorage.setItem(KEPT, field.value));
  const kept = sessionStorage.getItem(KEPT);
  if (kept && field.value === field.dataset.example) {
    field.value = kept;
    field.dispatchEvent(new Event("input"));
  }
}

document.querySelectorAll("form[data-runs-into]").forEach(enhance);
