// Texts on their way out: sent one after another, in order, each under one id however often it is tried.

const KEY = "first-contact-on-its-way";
const WAITS = [1, 2, 5, 10, 20, 30];

/** Ids a page may make in any context, secure or not. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/**
 * The queue. It is kept for this tab, so that a reload loses nothing and sends nothing twice.
 *
 * `report(text, state, detail)` is called with "sending", "sent", "waiting" (it is tried again by itself, `detail` in
 * seconds) or "refused" (`detail` is the sentence for the person; the text is out of the queue).
 */
export class Outgoing {
  constructor(report) {
    this.report = report;
    this.texts = this.#load();
    this.failures = 0;
    this.busy = false;
    this.timer = null;
    window.addEventListener("online", () => this.tryNow());
  }

  /** Put a text in and begin to send. */
  add(text) {
    this.texts.push(text);
    this.#keep();
    this.tryNow();
  }

  /** Try the first text now. */
  tryNow() {
    clearTimeout(this.timer);
    this.timer = null;
    if (!this.busy && this.texts.length > 0) {
      this.#send(this.texts[0]);
    }
  }

  /** A text came back as part of the conversation: it need not be sent again. */
  arrived(id) {
    const before = this.texts.length;
    this.texts = this.texts.filter((text) => text.id !== id);
    if (this.texts.length !== before) {
      this.#keep();
    }
  }

  /** Drop everything this tab keeps. */
  forget() {
    this.texts = [];
    sessionStorage.removeItem(KEY);
  }

  async #send(text) {
    this.busy = true;
    this.report(text, "sending", null);
    const outcome = await post(text);
    this.busy = false;
    if (outcome.state === "waiting") {
      const wait = outcome.wait ?? WAITS[Math.min(this.failures, WAITS.length - 1)];
      this.failures += 1;
      this.report(text, "waiting", outcome.message);
      this.timer = setTimeout(() => this.tryNow(), wait * 1000);
      return;
    }
    this.failures = 0;
    this.arrived(text.id);
    this.report(text, outcome.state, outcome.message);
    this.tryNow();
  }

  #load() {
    try {
      return JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
    } catch {
      // Storage is off, or holds what another version wrote: then a reload forgets what was not sent yet.
      return [];
    }
  }

  #keep() {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(this.texts));
    } catch {
      // Storage is off or full: the text is still on the page and in the queue.
    }
  }
}

async function post(text) {
  const body = new URLSearchParams({ text_id: text.id, words: text.words, picked: text.picked ?? "" });
  let answer;
  try {
    answer = await fetch("/chat/messages", {
      method: "POST",
      body,
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(20000),
    });
  } catch {
    return { state: "waiting", wait: null, message: null };
  }
  if (answer.ok) {
    return { state: "sent", message: null };
  }
  if (answer.status >= 500) {
    return { state: "waiting", wait: null, message: null };
  }
  const told = await answer.json().catch(() => ({ message: "That did not reach us. Please try again." }));
  if (answer.status === 429) {
    return { state: "waiting", wait: told.wait ?? 30, message: told.message };
  }
  return { state: "refused", message: told.message };
}
