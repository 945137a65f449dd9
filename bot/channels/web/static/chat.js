// The chat page. It works without this script; with it, lines come and go without the page being loaded again.

import { watchForLeaving } from "./leave.js";
import { Lines } from "./lines.js";
import { Outgoing, newId } from "./outgoing.js";
import { Stream } from "./stream.js";

const DRAFT = "first-contact-draft";
const CLOSE_TO_THE_END = 240;
const SHOW_LEFT_FROM = 0.9;

const chat = document.getElementById("chat");
const form = document.getElementById("write");
const box = document.getElementById("words");
const field = document.getElementById("field");
const problem = document.getElementById("words-error");
const left = document.getElementById("words-left");
const connection = document.getElementById("connection");
const most = Number(chat.dataset.most);

const lines = new Lines(document.getElementById("lines"));
const outgoing = new Outgoing(report);

function report(text, state, detail) {
  if (lines.written(text.id) === null && state !== "refused") {
    lines.addWritten(text.id, text.words);
  }
  if (state === "sending") {
    lines.setState(text.id, "Sending", null);
  } else if (state === "sent") {
    lines.setState(text.id, "Sent", null);
    look();
  } else if (state === "waiting") {
    lines.setState(text.id, detail ?? "Not sent yet. We keep trying.", () => outgoing.tryNow());
  } else {
    lines.remove(text.id);
    giveBack(text.words, detail);
  }
}

/** Put words that were not taken back into the box, before whatever has been typed since. */
function giveBack(words, message) {
  box.value = box.value === "" ? words : `${words}\n${box.value}`;
  typed();
  tell(message);
  box.focus();
}

function tell(message) {
  problem.hidden = message === null;
  problem.textContent = message ?? "";
  field.classList.toggle("nhsuk-form-group--error", message !== null);
  box.toggleAttribute("aria-invalid", message !== null);
  if (message !== null) {
    box.setAttribute("aria-invalid", "true");
  }
  document.getElementById("refused")?.remove();
}

let looking = false;
let lookAgain = false;

/** Fetch new lines until there are none; asking once more tells the service which ones have been shown. */
async function look() {
  if (looking) {
    lookAgain = true;
    return;
  }
  looking = true;
  try {
    do {
      lookAgain = false;
      const answer = await fetch(`/chat/messages?after=${lines.newest}`, { signal: AbortSignal.timeout(20000) });
      if (answer.status === 200) {
        show(await answer.text());
        lookAgain = true;
      }
    } while (lookAgain);
  } catch {
    // The connection says so by itself and brings us back here.
  } finally {
    looking = false;
  }
}

function show(html) {
  const following = closeToTheEnd();
  lines.add(html);
  for (const line of lines.list.querySelectorAll("[data-text]")) {
    if (line.dataset.text !== "" && line.dataset.seq !== "0") {
      outgoing.arrived(line.dataset.text);
    }
  }
  if (following) {
    toTheEnd();
  }
}

function closeToTheEnd() {
  const page = document.documentElement;
  return page.scrollHeight - page.scrollTop - page.clientHeight < CLOSE_TO_THE_END;
}

function toTheEnd() {
  window.scrollTo({ top: document.documentElement.scrollHeight });
}

function send(words, picked) {
  const text = { id: newId(), words, picked };
  const line = lines.addWritten(text.id, words);
  document.querySelector(".chat-about")?.removeAttribute("open");
  toTheEnd();
  outgoing.add(text);
  return line;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (box.value.trim() === "") {
    tell("Nothing is written yet. Type a few words, then press Send.");
    box.focus();
    return;
  }
  if (box.value.length > most) {
    tell(
      `That is longer than this page can send in one go (${most.toLocaleString("en-GB")} characters). ` +
        "Your words are still in the box. Please send them in two or more parts.",
    );
    box.focus();
    return;
  }
  tell(null);
  send(box.value, null);
  box.value = "";
  typed();
  box.focus();
});

chat.addEventListener("submit", (event) => {
  if (!event.target.matches(".chat-choice")) {
    return;
  }
  event.preventDefault();
  const picked = new FormData(event.target);
  // The button that had the focus goes away: the focus moves to the line it made.
  send(picked.get("words"), picked.get("picked")).focus({ preventScroll: true });
});

box.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
  }
});

function typed() {
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + 4}px`;
  const room = most - box.value.length;
  if (box.value.length < most * SHOW_LEFT_FROM) {
    left.textContent = "";
  } else if (room >= 0) {
    left.textContent = `${room.toLocaleString("en-GB")} characters left`;
  } else {
    left.textContent = `${(-room).toLocaleString("en-GB")} characters too many`;
  }
  keepDraft();
}

function keepDraft() {
  try {
    sessionStorage.setItem(DRAFT, box.value);
  } catch {
    // Storage is off: then a reload forgets what is being typed.
  }
}

function bringDraftBack() {
  try {
    if (box.value === "") {
      box.value = sessionStorage.getItem(DRAFT) ?? "";
    }
  } catch {
    // Storage is off: there is nothing to bring back.
  }
}

function forget() {
  outgoing.forget();
  box.value = "";
  try {
    sessionStorage.removeItem(DRAFT);
  } catch {
    // Storage is off: there is nothing to drop.
  }
}

box.addEventListener("input", () => {
  tell(null);
  typed();
});
document.getElementById("forget").addEventListener("submit", forget);
watchForLeaving(document.getElementById("leave"), forget);

bringDraftBack();
typed();
for (const text of [...outgoing.texts]) {
  if (lines.written(text.id) !== null) {
    outgoing.arrived(text.id);
  } else {
    lines.addWritten(text.id, text.words);
  }
}
outgoing.tryNow();
if (lines.list.children.length > 0) {
  toTheEnd();
}
new Stream(look, (connected) => {
  connection.textContent = connected
    ? ""
    : "The connection is lost. You can go on writing. We keep trying, and nothing gets lost.";
  if (connected) {
    outgoing.tryNow();
  }
});
