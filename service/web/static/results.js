// Answers on a page: the form of citations, which is remembered, and keys for the answer that has the focus.
import { announce } from "./announce.js";

const page = document.documentElement;

const chooser = document.querySelector("[data-citation-style]");
if (chooser) {
  chooser.value = page.dataset.cite ?? "house";
  chooser.addEventListener("change", () => {
    page.dataset.cite = chooser.value;
    try { localStorage.setItem("despatch-citation-style", chooser.value); } catch { /* It holds for this page then. */ }
    announce(`Citations are shown and copied in: ${chooser.selectedOptions[0].textContent}`);
  });
}

function step(answer, by) {
  const all = [...document.querySelectorAll("[data-hit]")];
  const next = all[all.indexOf(answer) + by];
  if (next) next.focus();
  else announce(by > 0 ? "This is the last answer on the page" : "This is the first answer on the page");
}

const isShown = (element) => element.checkVisibility ? element.checkVisibility() : element.offsetParent !== null;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  // Only while something in an answer has the focus, and not where the key writes or chooses.
  const answer = event.target.closest?.("[data-hit]");
  if (!answer || event.target.closest("input, textarea, select, [contenteditable]")) return;
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") step(answer, key === "j" ? 1 : -1);
  else {
    const wanted = [...answer.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(isShown);
    if (!wanted) return;
    wanted.click();
  }
  event.preventDefault();
});

const told = document.querySelector("[data-announce]");
if (told) announce(told.dataset.announce);
document.querySelector("[data-errors]")?.focus();
