// What every page has: buttons that copy, the number in the basket, and a sign that a search is under way.
import { announce } from "./announce.js";
import "./basket.js";
import "./copying.js";

// A page takes a moment to come: the button says so, to everyone.
for (const form of document.querySelectorAll("form[data-working]")) {
  form.addEventListener("submit", () => {
    form.setAttribute("aria-busy", "true");
    announce(form.dataset.working);
  });
}
// A page that comes back from the browser's memory is not working any more.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[aria-busy]")) form.removeAttribute("aria-busy");
});
