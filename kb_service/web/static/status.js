// Renews the parts of the page that are about to change, for as long as they are.
//
// Each <section id=… data-renews> is taken anew from the page every few seconds, unless somebody is
// at work in it. Without this script the whole page reloads.

const WAIT = 3000; // milliseconds

const changing = () => [...document.querySelectorAll("section[data-renews]")];

async function renew() {
  try {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const section of changing()) {
      const renewed = page.getElementById(section.id);
      if (!renewed || section.contains(document.activeElement)) continue;
      section.replaceChildren(...renewed.childNodes);
      section.toggleAttribute("data-renews", renewed.hasAttribute("data-renews"));
    }
  } catch {
    // The service is being started again, perhaps; it is asked once more.
  }
  if (changing().length) setTimeout(renew, WAIT);
}

if (changing().length) setTimeout(renew, WAIT);
