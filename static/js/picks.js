// Documents that are ticked: how many, all and none.
(() => {
  const form = document.getElementById("pick");
  const send = form?.querySelector("[data-counted]");
  if (!send) return;
  const boxes = [...form.querySelectorAll("input[name=key]")];
  const plain = send.textContent;

  const count = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    send.textContent = ticked ? `${send.dataset.counted} ${ticked}` : plain;
  };

  form.addEventListener("click", (event) => {
    const wanted = event.target.closest("[data-tick]")?.dataset.tick;
    if (!wanted) return;
    for (const box of boxes) box.checked = wanted === "all";
    count();
  });
  form.addEventListener("change", count);
  count();
})();
