// Keeps the desk's pages up to date, says so, and says when it cannot. The pages work without it, by reloading.
import { follow } from "./news.js";
import { ring, soundSwitch } from "./sound.js";

const LOST_AFTER = 8000; // More than two beats without a sign of life.
const live = document.getElementById("live");
const plainTitle = document.title;
const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium", timeZone: live.dataset.timeZone });

let heard = Date.now();
let trouble = "";

function refresh() {
  document.body.dispatchEvent(new CustomEvent("desk-changed"));
}

function hear(name) {
  heard = Date.now();
  // A connection that begins anew may have missed a change.
  if (name !== "beat" || trouble) {
    refresh();
  }
  show();
}

function show() {
  const lost = Date.now() - heard > LOST_AFTER;
  const words = trouble || (lost ? "Connection lost, trying again" : "");
  const shown = document.getElementById("live-lost");
  if (shown.textContent !== words) {
    shown.textContent = words;
  }
  if (!words) {
    document.getElementById("live-time").textContent = clock.format(heard);
  }
  const needed = neededNow();
  const count = needed.length ? `(${needed.length} now) ` : "";
  document.title = `${words ? "(!) " : ""}${count}${plainTitle}`;
  return lost;
}

function neededNow() {
  const numbers = document.getElementById("waiting").dataset.now;
  return numbers ? numbers.split(" ") : [];
}

function connect() {
  if (!("SharedWorker" in window)) {
    follow(hear);
    return;
  }
  const worker = new SharedWorker("/static/desk/connection.js", { type: "module", name: "desk" });
  worker.port.addEventListener("message", (event) => hear(event.data));
  worker.port.start();
  window.addEventListener("pagehide", () => worker.port.postMessage("leaving"));
  window.addEventListener("pageshow", (event) => event.persisted && window.location.reload());
}

// What the server needs to know before it sends new forms: which ones are shown, and whether one is in use.
document.body.addEventListener("htmx:configRequest", (event) => {
  const actions = document.getElementById("actions");
  if (actions) {
    const inUse = [...actions.querySelectorAll("textarea")].some((one) => one.value.trim() || one === document.activeElement);
    event.detail.parameters.set("shown", actions.dataset.holder);
    event.detail.parameters.set("draft", inUse ? "yes" : "no");
  }
});

document.body.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  trouble = status === 401
    ? "You are signed out. What you typed is still here: sign in again in another tab."
    : "This page cannot be updated at the moment, trying again";
  show();
});
document.body.addEventListener("htmx:sendError", () => {
  trouble = "Connection lost, trying again";
  show();
});

let fromPerson = Number(document.getElementById("thread")?.dataset.fromPerson ?? 0);
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful) {
    return;
  }
  trouble = "";
  heard = Date.now();
  // Swapped a moment later.
  setTimeout(() => {
    show();
    ring(neededNow());
    const count = Number(document.getElementById("thread")?.dataset.fromPerson ?? 0);
    if (count > fromPerson) {
      document.getElementById("live-news").textContent = `The person has written (${clock.format(Date.now())}).`;
    }
    fromPerson = count;
  }, 50);
});

soundSwitch(document.getElementById("live-sound"), () => ring(neededNow()));
ring(neededNow());
show();
connect();

let sinceTry = 0;
setInterval(() => {
  sinceTry += 1;
  // While the live connection is lost, the page still asks by itself now and then.
  if (show() && sinceTry >= 5) {
    sinceTry = 0;
    refresh();
  }
}, 1000);
