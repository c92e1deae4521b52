// What every page has: buttons that copy, the number in the basket, a sign that a search is under way, and short addresses.
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
// A search is its address, which people copy: empty fields say nothing there. The question stays, for a page to ask for it.
document.addEventListener("formdata", ({ target: form, formData }) => {
  if (form.method !== "get") return;
  for (const name of new Set(formData.keys())) {
    const values = formData.getAll(name).filter((value) => value !== "");
    if (name === "q" || values.length === formData.getAll(name).length) continue;
    formData.delete(name);
    for (const value of values) formData.append(name, value);
  }
});
// A page that comes back from the browser's memory is not working any more.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[aria-busy]")) form.removeAttribute("aria-busy");
});
