// Shared by all tabs, because a browser keeps only six connections to one host: one live connection feeds them all.
import { follow } from "./news.js";

const tabs = new Set();
let following = false;

self.addEventListener("connect", (event) => {
  const tab = event.ports[0];
  tabs.add(tab);
  tab.addEventListener("message", () => tabs.delete(tab));
  tab.start();
  if (!following) {
    following = true;
    follow((name) => tabs.forEach((one) => one.postMessage(name)));
  }
});
