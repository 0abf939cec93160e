// The form of a new export: looks through the fields, counts them, and takes over an example.
(() => {
  const boxes = (part) => [...part.querySelectorAll("input[name=paths]")];
  const whole = (part) => [...part.querySelectorAll("input[name=expand]:checked")];

  // A field brings what lies within it and is not optional; a reference, when it is wanted whole.
  const settle = (part) => {
    const expanded = new Set(whole(part).map((box) => box.value));
    const brings = new Map();
    for (const box of boxes(part)) {
      const above = box.value.slice(0, Math.max(0, box.value.lastIndexOf(".")));
      const within = !("optional" in box.dataset) && Boolean(brings.get(above));
      if (within && !box.dataset.within) {
        box.dataset.within = box.checked ? "ticked" : "clear";
        box.checked = true;
        box.disabled = true;
      } else if (!within && box.dataset.within) {
        box.checked = box.dataset.within === "ticked";
        box.disabled = false;
        delete box.dataset.within;
      }
      const full = "reference" in box.dataset ? expanded.has(box.value) : box.checked;
      brings.set(box.value, full);
    }
    part.querySelector(".fields-count").textContent = counted(part, expanded.size);
    part.dispatchEvent(new Event("settled", { bubbles: true }));
  };

  const counted = (part, followed) => {
    const own = boxes(part).filter((box) => box.checked && !box.disabled);
    const extra = own.filter((box) => "extra" in box.dataset).length;
    const plain = own.length - extra;
    return [
      plain ? `${plain} chosen` : "All fields",
      extra ? `${extra} optional` : "",
      followed ? `${followed} followed` : "",
    ]
      .filter(Boolean)
      .join(" + ");
  };

  // The key of a reference, or single fields of what lies behind it: not both.
  const decide = (part, changed) => {
    if (!changed.checked) return;
    const through = changed.dataset.through;
    for (const box of boxes(part)) {
      if (box.disabled) continue;
      const key = box.value === through;
      const behind = "reference" in changed.dataset && box.dataset.through === changed.value;
      if (key || behind) box.checked = false;
    }
  };

  // Lines come parents first: from the last to the first, a line knows whether one in it stays.
  const narrow = (part, words) => {
    const wanted = words.trim().toLowerCase();
    const stays = new Set();
    for (const line of [...part.querySelectorAll(".tree li")].reverse()) {
      const found = stays.has(line) || (line.dataset.path ?? "").toLowerCase().includes(wanted);
      if (line.hidden === found) line.hidden = !found;
      if (found) stays.add(line.parentElement.closest(".tree li"));
    }
    for (const behind of part.querySelectorAll(".behind")) {
      const found = wanted && behind.querySelector("li:not([hidden])");
      behind.open = Boolean(found || behind.querySelector(":checked:enabled"));
    }
    part.querySelector(".fields-none").hidden = stays.size > 0;
  };

  const settleAll = () => document.querySelectorAll(".fields").forEach(settle);

  document.addEventListener("change", (event) => {
    const box = event.target;
    if (box.name !== "paths" && box.name !== "expand") return;
    const part = box.closest(".fields");
    if (box.name === "paths") decide(part, box);
    settle(part);
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
    filter.dispatchEvent(new Event("input", { bubbles: true }));
    filter.focus();
  });

  document.addEventListener("htmx:afterSwap", settleAll);
  settleAll();
})();
