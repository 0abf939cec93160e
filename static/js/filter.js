// The builder of a filter, in step with the JSON beside it. The JSON rules: it is what is sent.
(() => {
  const { filters, json, make, parts } = window.waybill;
  let builder = null;

  const typesIn = () => {
    const found = new Map();
    for (const line of document.querySelectorAll(".tree li[data-type]:not([data-vector])")) {
      found.set(line.dataset.path, line.dataset.type);
    }
    return found;
  };

  class Builder {
    constructor(place, text) {
      this.place = place;
      this.text = text;
      this.types = typesIn();
      this.drawn = new Map();
      this.root = filters.group();
      text.addEventListener("input", () => this.read());
      this.read();
    }

    // From the JSON to the builder; where it says more, the builder steps back.
    read() {
      try {
        const typed = this.text.value.trim();
        this.root = filters.fromJson(typed ? json.read(typed) : null, this.types);
        this.draw();
      } catch (error) {
        const why = { SyntaxError: "It is not whole yet.", RangeError: "It is too deep." }[error.name];
        if (!why && !(error instanceof filters.Beyond)) throw error;
        this.place.replaceChildren(
          make("p", { class: "beyond", role: "note" }, `The JSON says what this builder cannot show, and it is the JSON that counts. ${why ?? error.message}`),
        );
      }
    }

    changed() {
      const made = filters.toJson(this.root, this.types);
      this.text.value = made ? json.write(made) : "";
      // For whoever looks on: nobody typed here, so the builder itself is not drawn anew.
      this.place.dispatchEvent(new Event("change", { bubbles: true }));
    }

    draw() {
      this.drawn.clear();
      this.place.replaceChildren(parts.groupOf(this.root, null, this));
    }

    redraw(node, focus) {
      this.draw();
      this.changed();
      const made = this.drawn.get(node);
      const places = {
        join: ".join",
        value: ".test-value input, .test-value select, [aria-label=Operator]",
      };
      made?.querySelector(places[focus])?.focus();
    }

    add(node, part) {
      node.parts.push(part);
      this.draw();
      this.changed();
      this.drawn.get(part).querySelector("[aria-label=Field], .join").focus();
    }

    remove(part, parent) {
      const at = parent.parts.indexOf(part);
      parent.parts.splice(at, 1);
      this.draw();
      this.changed();
      const next = parent.parts[Math.min(at, parent.parts.length - 1)];
      const place = next ? this.drawn.get(next) : this.drawn.get(parent);
      place.querySelector(next ? "input, select" : "[data-add=test]").focus();
    }

    offerFields = () => {
      const list = document.getElementById("filter-fields");
      if (list.childElementCount) return;
      list.append(...[...this.types].map(([path, type]) => make("option", { value: path }, type)));
    };
  }

  const begin = () => {
    const place = document.getElementById("filter");
    if (!place || builder?.place === place) return;
    builder = new Builder(place, document.getElementById("id_where"));
  };

  // Values out of the data, for what is being typed; a newer question ends the older one.
  let waiting = 0;
  let asked = null;

  const suggest = (field) => {
    const address = document.getElementById("filter").dataset.values;
    if (!address) return;
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      asked?.abort();
      if (!field.isConnected) return;
      asked = new AbortController();
      const typed = (name) => field.form.querySelector(`[name=${name}]`)?.value ?? "";
      const within = typed("document") ? `${typed("document")}/` : "";
      const query = new URLSearchParams({
        collection: typed("collection"),
        prefix: typed("elements") ? `${within}${typed("elements")}` : "",
        principal: typed("principal"),
        field: field.dataset.suggest,
        typed: field.value,
      });
      try {
        const answer = await fetch(`${address}?${query}`, { signal: asked.signal });
        if (!answer.ok || answer.redirected) return;
        const { values } = await answer.json();
        const options = values.map((value) => make("option", { value }));
        document.getElementById("filter-values").replaceChildren(...options);
      } catch (error) {
        if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error;
      }
    }, 250);
  };

  for (const kind of ["focusin", "input"]) {
    document.addEventListener(kind, (event) => {
      if (event.target.dataset?.suggest) suggest(event.target);
    });
  }

  // Enter in the builder is not yet the end of the form.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("#filter input")) event.preventDefault();
  });

  document.addEventListener("htmx:afterSwap", begin);
  begin();
})();
