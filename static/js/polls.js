// A page that nobody looks at asks for nothing; once it is looked at again, it asks at once.
(() => {
  const polls = "[hx-trigger^='every']";

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && event.target.matches(polls)) event.preventDefault();
  });

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    for (const each of document.querySelectorAll(polls)) {
      htmx.ajax("GET", each.getAttribute("hx-get"), { source: each, target: each, swap: "outerHTML" });
    }
  });
})();
