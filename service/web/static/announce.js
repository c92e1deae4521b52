// Tells users of screen readers what has changed without moving their focus.
const announcer = document.getElementById("announcer");

export function announce(text) {
  // The same words twice are told once, unless there was something between.
  announcer.textContent = "";
  setTimeout(() => { announcer.textContent = text; }, 50);
}
