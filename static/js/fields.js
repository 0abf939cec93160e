// The form of a new export: looks through the fields, counts them, and takes over an example.
(() => {
  const boxes = (part) => [...part.querySelectorAll("input[name=paths]")];

  // A field brings all that lies within it.
  const settle = (part) => {
    const ticked = boxes(part).filter((box) => box.checked && !box.dataset.within);
    for (const box of boxes(part)) {
      const within = ticked.some((each) => box.value.startsWith(`${each.value}.`));
      if (within && !box.dataset.within) {
        box.dataset.within = box.checked ? "ticked" : "clear";
        box.checked = true;
        box.disabled = true;
      } else if (!within && box.dataset.within) {
        box.checked = box.dataset.within === "ticked";
        box.disabled = false;
        delete box.dataset.within;
      }
    }
    const count = boxes(part).filter((box) => box.checked && !box.disabled).length;
    part.querySelector(".fields-count").textContent = count ? `${count} chosen` : "All fields";
  };

  const narrow = (part, words) => {
    const wanted = words.trim().toLowerCase();
    for (const line of [...part.querySelectorAll(".tree li")].reverse()) {
      const inner = line.querySelector(":scope > ul > li:not([hidden])");
      line.hidden = !inner && !line.dataset.path.toLowerCase().includes(wanted);
    }
    part.querySelector(".fields-none").hidden = Boolean(
      part.querySelector(".tree li:not([hidden])"),
    );
  };

  const settleAll = () => document.querySelectorAll(".fields").forEach(settle);

  document.addEventListener("change", (event) => {
    if (event.target.name === "paths") settle(event.target.closest(".fields"));
  });

  document.addEventListener("input", (event) => {
    const part = event.target.matches(".fields-search") && event.target.closest(".fields");
    if (part) narrow(part, event.target.value);
  });

  // Enter in the search looks; it does not send the form.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches(".fields-search")) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-use]");
    if (!button) return;
    const filter = document.getElementById("id_where");
    filter.value = document.getElementById(button.dataset.use).textContent;
    filter.focus();
  });

  document.addEventListener("htmx:afterSwap", settleAll);
  settleAll();
})();
