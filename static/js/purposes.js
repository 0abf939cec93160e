// What a result is for sets the format and the options, each of which can be changed afterwards.
(() => {
  const named = (name) => document.querySelectorAll(`#new [name="${name}"]`);

  const put = (name, value) => {
    for (const field of named(name)) {
      if (field.type === "radio") field.checked = field.value === value;
      else if (field.type === "checkbox") field.checked = value;
      else field.value = value;
    }
  };

  const apply = (purpose) => {
    for (const [name, value] of Object.entries(JSON.parse(purpose.dataset.sets))) put(name, value);
  };

  document.addEventListener("change", (event) => {
    if (event.target.name === "purpose") apply(event.target);
  });

  const chosen = document.querySelector("#new [name=purpose]:checked");
  const open = document.querySelector("#new [name=format][value='']:checked");
  if (open) {
    if (chosen) apply(chosen);
    else put("format", "csv");
  }
})();
