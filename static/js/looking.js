// A field that leaves of a list only what holds what was typed: data-look-in names the list.
(() => {
  document.addEventListener("input", (event) => {
    const list = document.getElementById(event.target.dataset?.lookIn ?? "");
    if (!list) return;
    const wanted = event.target.value.trim().toLowerCase();
    for (const item of list.children) {
      item.hidden = !item.textContent.toLowerCase().includes(wanted);
    }
  });

  // What is found first opens on Enter.
  document.addEventListener("keydown", (event) => {
    const list = document.getElementById(event.target.dataset?.lookIn ?? "");
    if (!list || event.key !== "Enter") return;
    event.preventDefault();
    list.querySelector("li:not([hidden]) a")?.click();
  });
})();
