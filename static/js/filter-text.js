// JSON as text and back, each number as it was written: a float would change the long ones.
(() => {
  const MARK = "\u0001number";
  const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
  const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

  class Digits {
    constructor(text) {
      this.text = text;
    }
  }

  const marked = (token) => (token[0] === '"' ? token : `{"\\u0001number":"${token}"}`);

  const revive = (_, value) =>
    value && typeof value === "object" && MARK in value ? new Digits(checked(value[MARK])) : value;

  const checked = (text) => {
    if (!NUMBER.test(text)) throw new SyntaxError(text);
    return text;
  };

  const read = (text) => JSON.parse(text.replace(TOKENS, marked), revive);

  const write = (value, inner = "") => {
    if (value instanceof Digits) return value.text;
    if (!value || typeof value !== "object") return JSON.stringify(value);
    const deeper = `${inner}  `;
    const isList = Array.isArray(value);
    const parts = isList
      ? value.map((each) => write(each, deeper))
      : Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${write(each, deeper)}`);
    const [open, close] = isList ? "[]" : "{}";
    if (!parts.length) return open + close;
    const line = `${open}${parts.join(", ")}${close}`;
    if (line.length + inner.length <= 76 && !line.includes("\n")) return line;
    return `${open}\n${deeper}${parts.join(`,\n${deeper}`)}\n${inner}${close}`;
  };

  window.waybill = { ...window.waybill, json: { Digits, read, write, isNumber: (t) => NUMBER.test(t) } };
})();
