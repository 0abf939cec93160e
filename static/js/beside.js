// What stands beside the form follows what is typed: a little later, and only the newest answer.
(() => {
  const LATER = 400;
  const form = document.getElementById("new");
  if (!form) return;

  const shown = (place) => place.closest("details")?.open ?? true;

  class Beside {
    constructor(place) {
      this.place = place;
      this.state = document.getElementById(`${place.id}-state`);
      this.said = document.getElementById(`${place.id}-said`);
      this.sent = "";
      this.tries = 0;
      place.closest("details")?.addEventListener("toggle", () => this.later(0));
    }

    later(wait = LATER) {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.ask(), wait);
    }

    async ask() {
      if (!shown(this.place)) return;
      const body = new URLSearchParams(new FormData(form)).toString();
      if (body === this.sent) return;
      this.sent = body;
      this.asked?.abort();
      const asked = (this.asked = new AbortController());
      this.busy(true);
      try {
        const answer = await fetch(this.place.dataset.beside, {
          method: "POST",
          headers: { "Content-Type": "application/x-www-form-urlencoded" },
          body,
          signal: asked.signal,
        });
        const text = await answer.text();
        if (asked === this.asked) this.take(answer, text);
      } catch (error) {
        if (error.name === "AbortError") return;
        if (!(error instanceof TypeError)) throw error;
        this.failed("The service cannot be reached. It is tried again with the next change.");
      }
    }

    take(answer, text) {
      // Somebody else with the same name looks too, as in another window: once more, then no more.
      if (answer.status === 204) {
        this.sent = "";
        this.tries += 1;
        if (this.tries < 2) this.later(1500);
        else this.busy(false);
        return;
      }
      this.tries = 0;
      if (answer.redirected) return this.failed("You were signed out. Load the page again.");
      if (!answer.ok) return this.failed("This cannot be shown now. Change something to try again.");
      this.place.innerHTML = text;
      this.busy(false);
      const says = this.place.querySelector(".look-figures, .warnings");
      if (this.said && says) this.said.textContent = says.innerText.replaceAll("\n", " ");
    }

    failed(text) {
      this.sent = "";
      const line = document.createElement("p");
      line.className = "soft";
      line.textContent = text;
      this.place.replaceChildren(line);
      this.busy(false);
    }

    busy(is) {
      if (this.state) this.state.hidden = !is;
    }
  }

  const places = [...document.querySelectorAll("[data-beside]")].map((each) => new Beside(each));
  const follow = () => places.forEach((each) => each.later());

  form.addEventListener("input", (event) => {
    if (event.target.name) follow();
  });
  form.addEventListener("change", follow);
  document.addEventListener("htmx:afterSettle", follow);
  places.forEach((each) => each.later(0));
})();
