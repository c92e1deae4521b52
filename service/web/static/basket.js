// Buttons that put a passage into the basket and take it out, and the number in the header.
// <button data-basket-add='{"key": "...", "passage": "...", "ordinal": 3}'>
import { announce } from "./announce.js";
import { change, isSame, keepWords, lookedUp, onChange, read, today, Trouble } from "./basket_store.js";

const ADD = "Add to basket";
const REMOVE = "In basket: remove";

function wanted(button) {
  return JSON.parse(button.dataset.basketAdd);
}

function show() {
  let items = [];
  try {
    items = read();
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
  }
  for (const place of document.querySelectorAll("[data-basket-count]")) {
    place.textContent = items.length ? ` ${items.length}` : "";
  }
  for (const button of document.querySelectorAll("button[data-basket-add]")) {
    const isIn = items.some((item) => isSame(item, wanted(button)));
    button.hidden = false;
    button.setAttribute("aria-pressed", String(isIn));
    (button.querySelector("[data-label]") ?? button).textContent = isIn ? REMOVE : ADD;
  }
}

function toggle(one) {
  const isIn = read().some((item) => isSame(item, one));
  const added = { key: one.key, passage: one.passage, ordinal: one.ordinal ?? null, note: "", added: today(), text: null, citation: null };
  const items = change((kept) => (isIn ? kept.filter((item) => !isSame(item, one)) : [...kept, added]));
  const number = items.length === 1 ? "1 passage" : `${items.length} passages`;
  announce(`${isIn ? "Removed from" : "Added to"} the basket: it has ${number} now`);
  return isIn ? null : added;
}

async function keepItsWords(item) {
  const found = await lookedUp([item]);
  try {
    if (found) keepWords(found);
  } catch (error) {
    // The passage is in the basket; its words can be had when that is opened.
    if (!(error instanceof Trouble)) throw error;
  }
}

// Said where the button is, as it is about what was just done there.
function tellTrouble(button, words) {
  let place = button.parentElement.querySelector("[data-basket-trouble]");
  if (!place) {
    place = document.createElement("p");
    place.className = "fault";
    place.dataset.basketTrouble = "";
    button.after(place);
  }
  place.textContent = words;
  announce(words);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-basket-add]");
  if (!button) return;
  try {
    const added = toggle(wanted(button));
    button.parentElement.querySelector("[data-basket-trouble]")?.remove();
    if (added) keepItsWords(added);
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    tellTrouble(button, error.message);
  }
});

onChange(show);
show();
