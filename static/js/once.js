// A form whose answer is shown once is sent once: a second click would throw that answer away.
(() => {
  for (const mark of document.querySelectorAll('input[name="once"]')) {
    let sent = false;
    mark.form.addEventListener("submit", (event) => {
      if (sent) event.preventDefault();
      sent = true;
    });
    // Back on the page, it may be sent again.
    window.addEventListener("pageshow", () => {
      sent = false;
    });
  }
})();
