// Sends the files of a form with a bar that says how far they are. Without it the form sends itself.
(() => {
  const { size } = window.waybill;

  const begin = (form) => {
    const request = new XMLHttpRequest();
    const part = (name) => form.querySelector(`[data-${name}]`);
    const bar = form.querySelector("progress");
    const send = form.querySelector("[type=submit]");
    let tenth = 0;

    const rest = (message) => {
      form.querySelector(".sending").hidden = true;
      send.disabled = false;
      part("stop").hidden = true;
      part("failed").textContent = message;
      part("failed").hidden = !message;
    };

    const replace = () => {
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      const fresh = page.getElementById(form.id);
      if (!fresh) {
        rest(page.querySelector("h1")?.textContent ?? "It was not taken. Try again.");
        return;
      }
      // The files stay chosen.
      fresh.querySelector("[type=file]").replaceWith(form.querySelector("[type=file]"));
      form.replaceWith(fresh);
      (fresh.querySelector("[autofocus]") ?? fresh.querySelector("[type=file]")).focus();
    };

    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      const percent = Math.floor((100 * event.loaded) / event.total);
      bar.value = percent;
      part("said").textContent = `${size(event.loaded)} of ${size(event.total)} sent`;
      if (Math.floor(percent / 10) > tenth) {
        tenth = Math.floor(percent / 10);
        part("announced").textContent = `${10 * tenth} per cent sent`;
      }
    });
    request.addEventListener("load", () => {
      if (request.status === 201) window.location.assign(request.getResponseHeader("Location"));
      else replace();
    });
    request.addEventListener("error", () => {
      rest("The connection was lost, and nothing of it was kept. Try again.");
    });
    request.addEventListener("abort", () => rest("Stopped. Nothing of it was kept."));

    part("stop").addEventListener("click", () => request.abort(), { once: true });
    part("failed").hidden = true;
    part("stop").hidden = false;
    form.querySelector(".sending").hidden = false;
    send.disabled = true;
    request.open("POST", form.action);
    request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    request.send(new FormData(form));
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.id !== "upload" || !form.querySelector("[type=file]").files.length) return;
    event.preventDefault();
    begin(form);
  });
})();
