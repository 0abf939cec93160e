// A filter as the builder holds it: groups of tests; which operators fit a type; to JSON and back.
(() => {
  const { Digits, isNumber } = window.waybill.json;

  class Beyond extends Error {}

  const MOST = 60;
  const EMPTY = { exists: "has a value", empty: "is empty" };
  const SAME = { eq: "is", ne: "is not" };
  const LISTS = { in: "is one of", nin: "is none of" };
  const ORDER = { gt: "is more than", gte: "is at least", lt: "is less than", lte: "is at most" };
  const TIMES = { gt: "is after", gte: "is from … on", lt: "is before", lte: "is up to" };
  const TEXT = {
    ...SAME,
    contains: "contains",
    starts_with: "begins with",
    ends_with: "ends with",
    ...LISTS,
    words: "has the words",
    phrase: "has the phrase",
    regex: "matches (RE2)",
    ...EMPTY,
  };
  const NUMBER = { ...SAME, ...ORDER, between: "is from … to below", ...LISTS, ...EMPTY };
  const TIME = { ...SAME, ...TIMES, between: "lies within", ...EMPTY };
  const BY_TYPE = {
    text: TEXT,
    enum: TEXT,
    uuid: { ...SAME, ...LISTS, ...EMPTY },
    integer: NUMBER,
    float: NUMBER,
    decimal: NUMBER,
    date: TIME,
    timestamp: TIME,
    time: TIME,
    boolean: { eq: "is", ...EMPTY },
    map: { size: "has so many entries", ...EMPTY },
  };
  const ELEMENTS = {
    eq: "has",
    ne: "does not have",
    in: "has one of",
    nin: "has none of",
    all: "has all of",
    size: "has so many elements",
    ...EMPTY,
  };
  const MANY = new Set(["in", "nin", "all"]);
  const JOINS = new Set(["AND", "OR", "NOT"]);
  const NONE = new Set(["exists", "empty"]);
  const CASED = new Set(["eq", "ne", "contains", "starts_with", "ends_with", "in", "nin", "all", "regex"]);

  const inner = (type) => type.split(" of ").at(-1);
  const isList = (type) => type.startsWith("list of ");
  const isText = (type) => ["text", "enum"].includes(inner(type));
  const isNumeric = (type) => ["integer", "float", "decimal"].includes(inner(type));

  const operators = (type) => {
    if (!isList(type)) return BY_TYPE[type] ?? EMPTY;
    const flat = type.split(" of ").length === 2;
    return BY_TYPE[inner(type)] && inner(type) !== "map" && flat
      ? ELEMENTS
      : { size: ELEMENTS.size, ...EMPTY };
  };

  const test = (field = "", operator = "", value = null, cased = false) => ({
    field,
    operator,
    value,
    cased,
  });
  const group = (join = "AND", parts = []) => ({ join, parts });

  // A value that is not there yet leaves its test out of the filter.
  const isWhole = (each, types) => {
    if (!types.has(each.field)) return false;
    if (NONE.has(each.operator)) return true;
    if (MANY.has(each.operator)) return each.value?.length > 0;
    if (each.operator === "between") return each.value?.every((one) => one !== null && one !== "");
    return each.value !== null;
  };

  const scalar = (text, type, operator) => {
    if (operator === "size" || isNumeric(type)) return isNumber(text) ? new Digits(text) : text;
    if (inner(type) === "boolean") return text === "true";
    return text;
  };

  const leaf = (each, operator, value, type) => ({
    field: each.field,
    operator,
    value,
    ...(each.cased && isText(type) && CASED.has(operator) ? { case_sensitive: true } : {}),
  });

  // The tests of one line: a span of time or numbers is two.
  const leaves = (each, types) => {
    const type = types.get(each.field);
    const { operator, value } = each;
    const one = (text) => scalar(text, type, operator);
    if (NONE.has(operator)) return [leaf(each, "exists", operator === "exists", type)];
    if (operator === "between") {
      return [leaf(each, "gte", one(value[0]), type), leaf(each, "lt", one(value[1]), type)];
    }
    return [leaf(each, operator, MANY.has(operator) ? value.map(one) : one(value), type)];
  };

  const written = (node, types) => {
    const made = [];
    for (const part of node.parts) {
      if (part.parts) {
        const deeper = written(part, types);
        if (deeper) made.push(deeper);
      } else if (isWhole(part, types)) {
        const found = leaves(part, types);
        made.push(...(node.join === "AND" || found.length === 1 ? found : [{ AND: found }]));
      }
    }
    return made.length ? { [node.join]: made } : null;
  };

  const toJson = (root, types) => {
    const made = written(root, types);
    return made?.AND?.length === 1 ? made.AND[0] : made;
  };

  // What was read: one group on top, each test on a line of its own.
  const fromJson = (value, types) => {
    if (value === null) return group();
    const node = object(value);
    const keys = Object.keys(node);
    const logical = keys.some((key) => JOINS.has(key) || key === "field");
    const found = logical ? logicalNode(node, types, false) : queryNode(node, types);
    const root = found.parts ? found : group("AND", [found]);
    if (count(root) > MOST) throw new Beyond(`It has more than ${MOST} conditions.`);
    return root;
  };

  const count = (node) =>
    node.parts ? node.parts.reduce((sum, each) => sum + count(each), 0) : 1;

  const object = (value) => {
    if (value && typeof value === "object" && !Array.isArray(value) && !(value instanceof Digits)) {
      return value;
    }
    throw new Beyond("It is not an object.");
  };

  const joined = (join, parts) => {
    const made = group(join, join === "AND" ? folded(parts) : parts.map(alone));
    return made;
  };

  const alone = (part) => (part.join === "AND" && part.parts.length === 1 && part.parts[0].operator === "between" ? part.parts[0] : part);

  // From a value on, and before another one, of the same field: one line.
  const folded = (parts) => {
    const made = [];
    for (const part of parts) {
      const last = made.at(-1);
      const pair = part.operator === "lt" && last?.operator === "gte" && last.field === part.field;
      if (pair) made.splice(-1, 1, test(part.field, "between", [last.value, part.value]));
      else made.push(part);
    }
    return made;
  };

  const logicalNode = (node, types, cased) => {
    const anyCase = cased || node.case_sensitive === true;
    if ("field" in node) return logicalLeaf(node, types, anyCase);
    const parts = Object.entries(node)
      .filter(([name, value]) => name !== "case_sensitive" && !(JOINS.has(name) && value === null))
      .map(([name, value]) => {
        if (!JOINS.has(name)) return tested(name, "eq", value, anyCase, types);
        const list = Array.isArray(value) ? value : [value];
        return joined(name, list.map((each) => logicalNode(object(each), types, anyCase)));
      });
    return parts.length === 1 ? parts[0] : joined("AND", parts);
  };

  const logicalLeaf = (node, types, cased) => {
    const known = ["field", "operator", "value", "case_sensitive"];
    const strange = Object.keys(node).find((name) => !known.includes(name));
    if (strange) throw new Beyond(`It has “${strange}”.`);
    if (!("value" in node)) throw new Beyond("A condition has no value.");
    return tested(node.field, node.operator ?? "eq", node.value, cased, types);
  };

  const GROUPS = { $and: "AND", $or: "OR", $nor: "NOT" };
  const QUERY = ["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin", "all", "size", "exists"];

  const queryNode = (node, types) => {
    const parts = Object.entries(node).flatMap(([name, value]) => {
      if (GROUPS[name]) {
        return [joined(GROUPS[name], list(value).map((each) => queryNode(object(each), types)))];
      }
      if (name.startsWith("$")) throw new Beyond(`It uses “${name}”.`);
      const plain = !value || typeof value !== "object" || value instanceof Digits;
      const asked = plain ? { $eq: value } : object(value);
      return Object.entries(asked).map(([operator, each]) => {
        if (!QUERY.includes(operator.slice(1))) throw new Beyond(`It uses “${operator}”.`);
        return tested(name, operator.slice(1), each, true, types);
      });
    });
    return parts.length === 1 ? parts[0] : joined("AND", parts);
  };

  const list = (value) => {
    if (Array.isArray(value)) return value;
    throw new Beyond("A list is missing.");
  };

  const tested = (field, operator, value, cased, types) => {
    const type = types.get(field);
    if (!type) throw new Beyond(`“${field}” is not in the tree of fields.`);
    const asked = canonical(operator, value, type);
    if (!(asked in operators(type))) {
      throw new Beyond(`“${operator}” on ${field} has no line here.`);
    }
    const anyCase = cased && isText(type);
    if (NONE.has(asked)) return test(field, asked);
    const numeric = asked === "size" || isNumeric(type);
    const one = (each) => text(each, numeric, inner(type) === "boolean");
    return test(field, asked, MANY.has(asked) ? list(value).map(one) : one(value), anyCase);
  };

  const canonical = (operator, value, type) => {
    const flips = { exists: value === true, is_null: value === false };
    if (operator in flips) {
      if (typeof value !== "boolean") throw new Beyond("It takes true or false.");
      return flips[operator] ? "exists" : "empty";
    }
    if (value === null && operator === "eq") return "empty";
    if (value === null && operator === "ne") return "exists";
    return operator === "contains" && isList(type) ? "eq" : operator;
  };

  const text = (value, numeric, truth) => {
    if (numeric ? value instanceof Digits : typeof value === (truth ? "boolean" : "string")) {
      return value instanceof Digits ? value.text : String(value);
    }
    throw new Beyond("A value does not fit the type of its field.");
  };

  window.waybill.filters = {
    Beyond,
    group,
    test,
    toJson,
    fromJson,
    isWhole,
    operators,
    inner,
    isNumeric,
    takesMany: (operator) => MANY.has(operator),
    takesNone: (operator) => NONE.has(operator),
    minds: (type, operator) => isText(type) && CASED.has(operator),
  };
})();
