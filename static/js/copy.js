// A button that copies: data-copy holds the text, or data-copy-from the id of what holds it.
(() => {
  // Without TLS a browser lends no clipboard; then there is nothing to press.
  if (!navigator.clipboard) {
    document.documentElement.classList.add("no-clipboard");
    return;
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest(".copy");
    if (!button) return;
    const source = document.getElementById(button.dataset.copyFrom ?? "");
    await navigator.clipboard.writeText(source ? source.textContent : button.dataset.copy);
    const said = button.querySelector("[role=status]");
    button.dataset.done = "";
    said.textContent = "Copied";
    setTimeout(() => {
      delete button.dataset.done;
      said.textContent = "";
    }, 1600);
  });
})();
