// The pages work without this: it copies an address, and says when the server did not answer.
"use strict";

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copies);
  field.select();
  navigator.clipboard.writeText(field.value).then(() => {
    button.textContent = button.dataset.copied;
  });
});

// A part of a page that cannot be had (logged out meanwhile, or refused) is asked for as a page.
document.addEventListener("htmx:beforeSwap", (event) => {
  const answer = event.detail.xhr;
  if (answer.status >= 400 || new URL(answer.responseURL).pathname.startsWith("/accounts/")) {
    event.detail.shouldSwap = false;
    window.location.reload();
  }
});

// Who took a person out of the question goes on at the names, not at the top of the page.
document.addEventListener("htmx:beforeSwap", () => {
  const left = document.activeElement;
  if (!left || left.name !== "person") return;
  document.addEventListener(
    "htmx:afterSettle",
    () => {
      const isLost = document.activeElement === document.body;
      if (isLost && window.matchMedia("(pointer: fine)").matches) {
        document.getElementById("id_q").focus({ preventScroll: true });
      }
    },
    { once: true },
  );
});

document.addEventListener("htmx:sendError", () => {
  document.getElementById("offline").hidden = false;
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) document.getElementById("offline").hidden = true;
});

// The board renews itself under its reader: where she had scrolled to and what she was at stay.
document.addEventListener("htmx:beforeSwap", (event) => {
  const frame = document.querySelector(".board-frame");
  if (!event.detail.shouldSwap || event.detail.target.id !== "board" || !frame) return;
  const at = frame.scrollLeft;
  const left = frame.contains(document.activeElement) && document.activeElement;
  const address = left && left.getAttribute("href");
  document.addEventListener(
    "htmx:afterSettle",
    () => {
      const renewed = document.querySelector(".board-frame");
      if (!renewed) return;
      renewed.scrollLeft = at;
      const same = address && renewed.querySelector(`a[href="${CSS.escape(address)}"]`);
      if (same) same.focus({ preventScroll: true });
      else if (left) renewed.focus({ preventScroll: true });
    },
    { once: true },
  );
});
