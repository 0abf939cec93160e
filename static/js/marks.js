// Looks through the fields of a collection.
(() => {
  const bar = document.querySelector(".marks-bar");
  const rows = [...document.querySelectorAll(".marks [data-path]")];
  const none = document.querySelector(".fields-none");
  bar.hidden = false;

  bar.addEventListener("input", (event) => {
    const wanted = event.target.value.trim().toLowerCase();
    let found = 0;
    for (const row of rows) {
      row.hidden = !row.dataset.path.toLowerCase().includes(wanted);
      found += !row.hidden;
    }
    none.hidden = found > 0;
  });

  // Enter in the search looks; it does not send the form.
  bar.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });

  document.querySelector(".wrong a")?.focus();
})();
