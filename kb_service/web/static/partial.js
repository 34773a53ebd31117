// Forms that put a part of the answer into the page that is open, instead of opening another.
//
// <form data-updates="found"> asks for its address as it would anyway, and takes from that page
// the element with the id "found" in place of what the one of this page holds. Without this
// script the form opens the page itself, so nothing depends on it.

const WAIT = 200; // milliseconds after the last key before somebody is taken to have stopped

function addressOf(form) {
  const address = new URL(form.action);
  address.search = new URLSearchParams(new FormData(form)).toString();
  return address;
}

function enhance(form) {
  const target = document.getElementById(form.dataset.updates);
  if (!target) return;
  let timer = 0;
  let latest = null;

  async function update() {
    latest?.abort();
    latest = new AbortController();
    target.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(addressOf(form), { headers: { Accept: "text/html" }, signal: latest.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const part = page.getElementById(target.id) ?? page.querySelector("main");
      target.replaceChildren(...(part ? part.childNodes : []));
      target.removeAttribute("aria-busy");
    } catch (error) {
      if (error.name === "AbortError") return; // a later request is under way
      form.submit();
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(update, WAIT);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    update();
  });
}

document.querySelectorAll("form[data-updates]").forEach(enhance);
