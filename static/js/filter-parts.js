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

  const operatorOf = (test, type, context) => {
    const offered = Object.entries(filters.operators(type)).map(option(test.operator));
    const select = make("select", { class: "input", "aria-label": "Operator" }, ...offered);
    select.addEventListener("change", () => {
      const before = test.operator;
      test.operator = select.value;
      const alike = [before, test.operator].every(
        (each) => !filters.takesMany(each) && !filters.takesNone(each) && each !== "between",
      );
      if (!alike) test.value = null;
      context.redraw(test, "operator");
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

  const asked = (test, type, context) => {
    const put = (value, draw) => {
      test.value = value;
      if (draw) context.redraw(test, "value");
      else context.changed();
    };
    const inputs = values.inputs(test, type, put);
    const made = make("div", { class: "test-value" }, ...inputs, ...caseOf(test, type, context));
    return [operatorOf(test, type, context), made];
  };

  const testOf = (test, parent, context) => {
    const remove = button("×", { "aria-label": "Remove the condition" }, () =>
      context.remove(test, parent),
    );
    // The field stays where it is while somebody types into it.
    const fill = () => {
      while (field.nextSibling) field.nextSibling.remove();
      const type = context.types.get(test.field);
      made.append(...(type ? asked(test, type, context) : []), remove, ...(type ? noteOf(test) : []));
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
