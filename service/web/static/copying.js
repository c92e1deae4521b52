// Buttons that copy. <button data-copy="text to copy"> or <button data-copy-from="id of an element">; data-copied says
// what is announced. Without a clipboard the text is selected, for the user to copy.
import { announce } from "./announce.js";

// Browsers give no clipboard to a page that came over plain HTTP from another computer.
function copiedWithoutClipboard(text) {
  const focused = document.activeElement;
  const area = document.createElement("textarea");
  area.className = "unseen";
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  focused?.focus();
  return done;
}

async function copied(button) {
  const source = button.dataset.copyFrom ? document.getElementById(button.dataset.copyFrom) : null;
  const text = source ? source.value ?? source.innerText : button.dataset.copy;
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    if (copiedWithoutClipboard(text)) return true;
    if (source) getSelection().selectAllChildren(source);
    return false;
  }
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy], button[data-copy-from]");
  if (!button) return;
  const words = button.querySelector("[data-label]") ?? button;
  const before = button.dataset.before ?? words.textContent;
  button.dataset.before = before;
  // The row of buttons keeps its place while the words change.
  button.style.minWidth = `${button.offsetWidth}px`;
  const done = await copied(button);
  words.textContent = done ? "Copied" : button.dataset.copyFrom ? "Press Ctrl and C" : "Not allowed";
  announce(done ? (button.dataset.copied ?? "Copied") : button.dataset.copyFrom
    ? "Copying is not allowed here. The text is selected: press Control and C."
    : "Copying is not allowed here. Select the text and press Control and C.");
  clearTimeout(button.timer);
  button.timer = setTimeout(() => { words.textContent = before; }, 2500);
});

// Buttons that need a script are shown once there is one.
for (const button of document.querySelectorAll("[data-needs-script]")) button.hidden = false;
