// Ticks several rows, and says what they are; without it the same form asks on a page of its own.
(() => {
  const form = document.querySelector("[data-several]");
  if (!form) return;
  const said = form.querySelector("[data-chosen]");
  const all = document.querySelector("[data-all]");
  const ticks = () => [...document.querySelectorAll(`input[name="uid"][form="${form.id}"]`)];

  const { size } = window.waybill;

  const tell = () => {
    const chosen = ticks().filter((each) => each.checked);
    const bytes = chosen.reduce((sum, each) => sum + Number(each.dataset.bytes), 0);
    form.hidden = !chosen.length;
    said.textContent = `${chosen.length} ${chosen.length === 1 ? "export" : "exports"}, ${size(bytes)}`;
    all.checked = chosen.length > 0 && chosen.length === ticks().length;
    all.indeterminate = chosen.length > 0 && !all.checked;
  };

  document.addEventListener("change", (event) => {
    if (event.target === all) for (const each of ticks()) each.checked = all.checked;
    if (event.target === all || event.target.name === "uid") tell();
  });
  document.addEventListener("htmx:load", tell);
  window.addEventListener("pageshow", tell);
  tell();
})();
