// Sliders that say where they stand. Moving one takes its rating as given, so it ticks "rated";
// the form then asks again by itself, see partial.js.

function follow(form) {
  const ticks = new Map([...form.querySelectorAll("[data-of]")].map((tick) => [tick.dataset.of, tick]));

  form.addEventListener("input", (event) => {
    const slider = event.target;
    if (slider.type !== "range") return;
    slider.parentElement.querySelector("output").value = slider.valueAsNumber;
    const tick = ticks.get(slider.id);
    if (tick) tick.checked = true;
  });
}

document.querySelectorAll("form[data-sliders]").forEach(follow);
