// Keys for the day page and the review page; without this file both work by their forms alone.
"use strict";

const cards = [...document.querySelectorAll(".card")];
const toggle = document.getElementById("keys");
const OFF = "hourtrail.keys.off";

// Storage may be forbidden; the keys then work and forget the choice.
function remembered() {
  try { return localStorage.getItem(OFF) === "1"; } catch { return false; }
}

let on = !remembered();

function tell() {
  toggle.textContent = on ? "keys are on" : "keys are off";
  toggle.setAttribute("aria-pressed", String(on));
}

function current() {
  return document.activeElement.closest(".card") || document.querySelector(".card.current") || cards[0];
}

function select(card) {
  for (const other of cards) other.classList.toggle("current", other === card);
}

function move(step) {
  const here = document.querySelector(".card.current");
  // The first press only goes to the card that is marked already.
  const at = cards.indexOf(here) + (here?.contains(document.activeElement) ? step : 0);
  const card = cards[Math.min(Math.max(at, 0), cards.length - 1)];
  if (!card) return;
  select(card);
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
}

function press(key) {
  const button = key === "u"
    ? document.querySelector(".note .undo button, .rows .undo button")
    : current()?.querySelector(`[data-key="${CSS.escape(key)}"]`) || document.querySelector(`[data-page-key="${CSS.escape(key)}"]`);
  if (button) button.click();
  return Boolean(button);
}

// Typing is left alone; a button or link that has the focus keeps its own Enter, and every other key still works on it.
function handle(event) {
  if (!on || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key === "Enter" && event.target.closest("button, a, summary")) return;
  if (key === "j" || key === "ArrowDown") move(1);
  else if (key === "k" || key === "ArrowUp") move(-1);
  else if (event.repeat || !press(key)) return;
  event.preventDefault();
}

// One answer a page: what is clicked twice is sent once.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "1";
});
// A page that comes back from the browser's memory may be answered again.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

document.addEventListener("keydown", handle);
document.addEventListener("focusin", (event) => {
  const card = event.target.closest(".card");
  if (card) select(card);
});
toggle.addEventListener("click", () => {
  on = !on;
  try { localStorage.setItem(OFF, on ? "0" : "1"); } catch { /* not remembered */ }
  tell();
});

document.querySelector(".keys").hidden = false;
tell();
if (cards.length) select(cards[0]);
