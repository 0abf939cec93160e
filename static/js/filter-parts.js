// The groups and tests of a filter as a person sees them.
(() => {
  const { filters, make, values } = window.waybill;
  const JOINS = { AND: "All of these", OR: "Any of these", NOT: "None of these" };

  const button = (text, attributes, press) =>
    make("button", { type: "button", class: "button button-small", ...attributes, onclick: press }, text);

  const option = (chosen) => ([value, text]) =>
    make("option", { value, selected: value === chosen }, text);

  const fieldOf = (test, context, fill) => {
    const field = make("input", {
      class: "input mono",
      list: "filter-fields",
      value: test.field,
      "aria-label": "Field",
      placeholder: "a field",
      autocomplete: "off",
      spellcheck: "false",
    });
    field.addEventListener("focus", context.offerFields, { once: true });
    field.addEventListener("input", () => {
      const fitting = filters.operators(context.types.get(field.value) ?? "");
      test.field = field.value;
      field.removeAttribute("aria-invalid");
      if (context.types.has(test.field)) {
        const operator = test.operator in fitting ? test.operator : Object.keys(fitting)[0];
        Object.assign(test, { operator, value: null, cased: false });
        fill();
      }
      context.changed();
    });
    field.addEventListener("change", () => {
      if (field.value && !context.types.has(field.value)) field.setAttribute("aria-invalid", "true");
    });
    return field;
  };

  const operatorOf = (test, type, changed) => {
    const offered = Object.entries(filters.operators(type)).map(option(test.operator));
    const select = make("select", { class: "input", "aria-label": "Operator" }, ...offered);
    select.addEventListener("change", () => {
      const alike = [test.operator, select.value].every(
        (each) => !filters.takesMany(each) && !filters.takesNone(each) && each !== "between",
      );
      test.operator = select.value;
      if (!alike) test.value = null;
      changed();
    });
    return select;
  };

  const caseOf = (test, type, context) => {
    if (!filters.minds(type, test.operator)) return [];
    const box = make("input", { type: "checkbox", checked: test.cased });
    box.checked = test.cased;
    box.addEventListener("change", () => {
      test.cased = box.checked;
      context.changed();
    });
    return [make("label", { class: "cased small" }, box, " Case matters")];
  };

  const noteOf = (test) =>
    ["ne", "nin"].includes(test.operator)
      ? [make("p", { class: "help" }, `Also brings those where ${test.field} is empty.`)]
      : [];

  const askedOf = (test, type, context) => {
    const put = (value, draw) => {
      test.value = value;
      if (draw) context.redraw(test, "value");
      else context.changed();
    };
    const inputs = values.inputs(test, type, put);
    return [
      make("div", { class: "test-value" }, ...inputs, ...caseOf(test, type, context)),
      ...noteOf(test),
    ];
  };

  const testOf = (test, parent, context) => {
    const remove = button("×", { "aria-label": "Remove the condition" }, () =>
      context.remove(test, parent),
    );
    // What somebody types into, or chooses from, stays where it is.
    const fillAfter = (last, ...parts) => {
      while (last.nextSibling) last.nextSibling.remove();
      made.append(...parts, remove);
    };
    const fill = () => {
      const type = context.types.get(test.field);
      if (!type) return fillAfter(field);
      const operator = operatorOf(test, type, () => {
        fillAfter(operator, ...askedOf(test, type, context));
        context.changed();
      });
      fillAfter(field, operator, ...askedOf(test, type, context));
    };
    const field = fieldOf(test, context, fill);
    const made = make("li", { class: "test" }, field);
    fill();
    context.drawn.set(test, made);
    return made;
  };

  const groupOf = (node, parent, context) => {
    const select = make(
      "select",
      { class: "input join", "aria-label": "Which of these have to be true" },
      ...Object.entries(JOINS).map(option(node.join)),
    );
    select.addEventListener("change", () => {
      node.join = select.value;
      context.redraw(node, "join");
    });
    const head = make("div", { class: "group-head" }, select);
    if (parent) {
      head.append(
        button("×", { "aria-label": "Remove the group" }, () => context.remove(node, parent)),
      );
    }
    const parts = node.parts.map((each) =>
      each.parts ? make("li", {}, groupOf(each, node, context)) : testOf(each, node, context),
    );
    const made = make("div", { class: "group", role: "group", "aria-label": JOINS[node.join] }, head);
    if (node.join === "NOT" && parts.length) {
      made.append(make("p", { class: "help" }, "Also brings those where the fields are empty."));
    }
    made.append(
      make("ul", {}, ...parts),
      make(
        "div",
        { class: "group-end" },
        button("Add a condition", { "data-add": "test" }, () => context.add(node, filters.test())),
        button("Add a group", { "data-add": "group" }, () =>
          context.add(node, filters.group(node.join === "OR" ? "AND" : "OR", [filters.test()])),
        ),
      ),
    );
    context.drawn.set(node, made);
    return made;
  };

  window.waybill.parts = { groupOf };
})();
