// What a script finds, and nothing else: `job`, `log(…)` and `webhook(url, body)`. The value of this
// file is the function that tells, once the script has ended, what it said and wants sent.
(function (text, mostOutput, mostCalls) {
  "use strict";
  const parse = JSON.parse, stringify = JSON.stringify, string = String, Failure = TypeError;
  const apply = Reflect.apply, slice = String.prototype.slice;
  const define = Object.defineProperty, freeze = Object.freeze, keys = Object.keys;
  // What waits, what takes memory that nobody counts, and what leads nowhere here.
  const gone = ["WebAssembly", "SharedArrayBuffer", "Atomics", "console"];
  for (let at = 0; at < gone.length; at++) delete globalThis[gone[at]];
  setTimeout = clearTimeout = __timer_manager = __TimerManager = undefined;
  let output = "", isCut = false, calls = "", count = 0;

  function tell(line) {
    const room = mostOutput - output.length;
    if (line.length + 1 > room) isCut = true;
    if (room > 0) output += apply(slice, line + "\n", [0, room]);
  }

  function written(value) {
    if (typeof value === "string" || typeof value === "bigint") return string(value);
    return stringify(value) ?? string(value);
  }

  function frozen(value) {
    if (typeof value === "object" && value !== null) {
      const names = keys(value);
      for (let at = 0; at < names.length; at++) frozen(value[names[at]]);
      freeze(value);
    }
    return value;
  }

  function give(name, value) {
    define(globalThis, name, { value, enumerable: true });
  }

  give("job", frozen(parse(text)));
  give("log", freeze(function log(...values) {
    let line = "";
    for (let at = 0; at < values.length; at++) line += (at ? " " : "") + written(values[at]);
    tell(line);
  }));
  give("webhook", freeze(function webhook(url, body) {
    if (count === mostCalls) throw new Failure("A script may call webhook() " + mostCalls + " times.");
    const address = string(url), message = stringify(body) ?? "null";
    if (message.length > mostOutput) throw new Failure("A message has at most " + mostOutput + " characters.");
    count += 1;
    calls += (calls && ",") + "[" + stringify(address) + "," + stringify(message) + "]";
  }));
  return function () {
    return '{"output":' + stringify(output) + ',"cut":' + isCut + ',"calls":[' + calls + "]}";
  };
})
