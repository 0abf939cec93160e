// What is typed into a test: by the type of its field, with what the data has to suggest.
(() => {
  const { filters } = window.waybill;

  const make = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === false || value === null || value === undefined) continue;
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (name === "value") made.value = value;
      else made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...children);
    return made;
  };

  const MOMENT = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)Z?)?$/;

  // A time that the browser's own input can show; others are shown as they are written.
  const kindOf = (type, value) => {
    const plain = { date: /^\d{4}-\d\d-\d\d$/, time: /^\d\d:\d\d(:\d\d)?$/, timestamp: MOMENT }[type];
    if (!plain || (value && !plain.test(value))) return "text";
    return type === "timestamp" ? "datetime-local" : type;
  };

  const shown = (type, value) => {
    const found = type === "timestamp" && value && value.match(MOMENT);
    return found ? `${found[1]}T${found[2] ?? "00:00"}` : (value ?? "");
  };

  const input = (test, type, value, label, put) => {
    const kind = kindOf(type, value);
    const numeric = test.operator === "size" || filters.isNumeric(type);
    const field = make("input", {
      class: "input",
      type: kind,
      value: shown(type, value),
      "aria-label": label,
      autocomplete: "off",
      spellcheck: "false",
      step: kind === "datetime-local" || kind === "time" ? "1" : null,
      inputmode: numeric ? "decimal" : null,
      placeholder: kind === "text" ? (numeric ? "a number" : "a value") : null,
      list: suggests(test, type) ? "filter-values" : null,
      "data-suggest": suggests(test, type) ? test.field : null,
    });
    const check = () => {
      const wrong = numeric && field.value !== "" && !window.waybill.json.isNumber(field.value);
      field.toggleAttribute("aria-invalid", wrong);
      if (wrong) field.setAttribute("aria-invalid", "true");
    };
    field.addEventListener("input", () => {
      const written = kind === "datetime-local" && field.value ? `${field.value}Z` : field.value;
      put(written === "" ? null : numeric ? written.trim() : written);
      check();
    });
    check();
    return field;
  };

  const suggests = (test, type) =>
    ["text", "enum", "uuid", "integer", "float", "decimal"].includes(filters.inner(type)) &&
    ["eq", "ne", "starts_with", "in", "nin", "all"].includes(test.operator);

  const truth = (test, put) => {
    const options = ["", "true", "false"].map((each) => make("option", { value: each }, each || "…"));
    const select = make("select", { class: "input", "aria-label": "Value" }, ...options);
    select.value = test.value ?? "";
    select.addEventListener("change", () => put(select.value || null));
    return select;
  };

  // Several values: each becomes a chip by Enter, a comma stays what it is.
  const many = (test, type, put) => {
    const chips = make("ul", { class: "chips" });
    const draw = () => {
      const made = (test.value ?? []).map((each, at) =>
        make(
          "li",
          {},
          make("bdi", {}, each),
          make(
            "button",
            {
              type: "button",
              "aria-label": `Remove ${each}`,
              onclick: () => {
                put(test.value.filter((_, other) => other !== at));
                draw();
                field.focus();
              },
            },
            "×",
          ),
        ),
      );
      chips.replaceChildren(...made);
      chips.hidden = !made.length;
    };
    const add = () => {
      const typed = field.value.trim();
      if (!typed) return;
      if (!test.value?.includes(typed)) put([...(test.value ?? []), typed]);
      field.value = "";
      draw();
    };
    const field = input(test, type, null, "Add a value", () => {});
    field.placeholder = "a value, then Enter";
    field.addEventListener("change", add);
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      add();
    });
    draw();
    return make("div", { class: "many" }, chips, field);
  };

  const day = (at) => at.toISOString().slice(0, 10);
  const utc = (year, month, date) => new Date(Date.UTC(year, month, date));

  // From the first day to the one after the last, by UTC.
  const PERIODS = {
    Today: (y, m, d) => [utc(y, m, d), utc(y, m, d + 1)],
    Yesterday: (y, m, d) => [utc(y, m, d - 1), utc(y, m, d)],
    "The last 7 days": (y, m, d) => [utc(y, m, d - 6), utc(y, m, d + 1)],
    "This month": (y, m) => [utc(y, m, 1), utc(y, m + 1, 1)],
    "Last month": (y, m) => [utc(y, m - 1, 1), utc(y, m, 1)],
    "This year": (y) => [utc(y, 0, 1), utc(y + 1, 0, 1)],
    "Last year": (y) => [utc(y - 1, 0, 1), utc(y, 0, 1)],
  };

  const period = (put) => {
    const names = Object.keys(PERIODS).map((name) => make("option", { value: name }, name));
    const select = make(
      "select",
      { class: "input", "aria-label": "Period", title: "Written as the days that it is now, by UTC" },
      make("option", { value: "" }, "A period…"),
      ...names,
    );
    select.addEventListener("change", () => {
      if (!select.value) return;
      const now = new Date();
      const days = PERIODS[select.value](now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
      put(days.map(day), true);
    });
    return select;
  };

  const span = (test, type, put) => {
    const value = test.value ?? [null, null];
    const change = (at) => (text) => {
      const next = [...(test.value ?? [null, null])];
      next[at] = text;
      put(next);
    };
    const dated = type === "date" || type === "timestamp";
    return make(
      "div",
      { class: "span" },
      ...(dated ? [period(put)] : []),
      input(test, type, value[0], "From", change(0)),
      make("span", { class: "soft small" }, "to before"),
      input(test, type, value[1], "To before", change(1)),
    );
  };

  // The inputs of a test; ``put`` takes a new value, and draws anew when it is told to.
  const inputs = (test, type, put) => {
    if (filters.takesNone(test.operator)) return [];
    if (filters.takesMany(test.operator)) return [many(test, filters.inner(type), put)];
    if (test.operator === "between") return [span(test, type, put)];
    if (filters.inner(type) === "boolean") return [truth(test, put)];
    const kind = test.operator === "size" ? "integer" : filters.inner(type);
    return [input(test, kind, test.value, "Value", put)];
  };

  window.waybill.make = make;
  window.waybill.values = { inputs };
})();
