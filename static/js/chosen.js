// The chosen fields in the order in which they come; a field is dragged, or moved by its buttons.
(() => {
  let order = [];
  let lines = new Map();
  let dragged = null;

  const place = () => document.getElementById("chosen");
  const list = () => place().querySelector("ol");
  const chosenIn = (part) => [
    ...part.querySelectorAll("input[name=paths]:checked:enabled, input[name=expand]:checked"),
  ];

  const line = (path) => {
    if (!lines.has(path)) {
      const made = document.getElementById("chosen-line").content.firstElementChild.cloneNode(true);
      made.dataset.path = path;
      made.querySelector("code").textContent = path;
      for (const button of made.querySelectorAll("button")) {
        button.setAttribute("aria-label", button.dataset.says.replace("…", path));
      }
      lines.set(path, made);
    }
    return lines.get(path);
  };

  const draw = () => {
    list().replaceChildren(...order.map(line));
    order.forEach((path, at) => {
      const [up, down] = line(path).querySelectorAll("[data-move]");
      up.disabled = at === 0;
      down.disabled = at === order.length - 1;
    });
  };

  // What is new comes last; what is not chosen any more goes.
  const settle = (part) => {
    const boxes = chosenIn(part);
    const paths = new Set(boxes.map((box) => box.value));
    const exact = boxes.some((box) => box.name === "paths" && !("extra" in box.dataset));
    order = [...new Set([...order.filter((path) => paths.has(path)), ...paths])];
    place().hidden = !exact || order.length < 2;
    if (!place().hidden) draw();
  };

  const move = (path, by) => {
    const at = order.indexOf(path);
    order.splice(at, 1);
    order.splice(at + by, 0, path);
    draw();
    told(path);
  };

  const told = (path) => {
    const where = `${path} is now ${order.indexOf(path) + 1} of ${order.length}`;
    place().querySelector("[role=status]").textContent = where;
    list().dispatchEvent(new Event("change", { bubbles: true }));
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("#chosen button");
    if (!button) return;
    const { path } = button.closest("li").dataset;
    if (button.dataset.move) {
      move(path, Number(button.dataset.move));
      const others = [button, ...button.parentElement.querySelectorAll("[data-move]")];
      others.find((each) => !each.disabled)?.focus();
      return;
    }
    const part = document.querySelector(".fields");
    const at = order.indexOf(path);
    for (const box of chosenIn(part)) if (box.value === path) box.click();
    const next = order[Math.min(at, order.length - 1)];
    (next && !place().hidden
      ? line(next).querySelector("[data-remove]")
      : part.querySelector(".fields-search")
    ).focus();
  });

  document.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("#chosen li") ?? null;
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.path);
    dragged.classList.add("dragged");
  });

  document.addEventListener("dragover", (event) => {
    const over = dragged && event.target.closest("#chosen li");
    if (!over) return;
    event.preventDefault();
    if (over === dragged) return;
    const { top, height } = over.getBoundingClientRect();
    over[event.clientY < top + height / 2 ? "before" : "after"](dragged);
  });

  document.addEventListener("dragend", () => {
    if (!dragged) return;
    const { path } = dragged.dataset;
    dragged.classList.remove("dragged");
    dragged = null;
    order = [...list().children].map((each) => each.dataset.path);
    draw();
    told(path);
  });

  // The order is that of the paths that are sent; a reference wanted whole is one of them.
  document.addEventListener("formdata", (event) => {
    if (event.target.id !== "new" || !place() || place().hidden) return;
    const { formData } = event;
    const sent = formData.getAll("paths");
    const paths = new Set([...sent, ...formData.getAll("expand")]);
    formData.delete("paths");
    for (const path of order) if (paths.has(path)) formData.append("paths", path);
  });

  document.addEventListener("settled", (event) => settle(event.target));

  const begin = () => {
    if (!place() || place().dataset.begun) return;
    place().dataset.begun = "yes";
    order = JSON.parse(place().dataset.order);
    lines = new Map();
    settle(document.querySelector(".fields"));
  };

  document.addEventListener("htmx:afterSwap", begin);
  begin();
})();
