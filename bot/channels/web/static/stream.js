// The live connection: hears that there are new lines, notices when it is lost, and comes back by itself.

const SILENCE = 40000;
const GRACE = 4000;
const RETRY = 5000;
const HIDDEN = 60000;

/**
 * `news()` is called when there may be new lines, `state(connected)` when the connection is lost or is back.
 * A tab that stays in the background lets its connection go: a browser has only six for one site.
 */
export class Stream {
  constructor(news, state) {
    this.news = news;
    this.state = state;
    this.source = null;
    this.timers = {};
    document.addEventListener("visibilitychange", () => this.#visibility());
    window.addEventListener("pagehide", () => this.close());
    window.addEventListener("pageshow", () => this.open());
    this.open();
  }

  /** Connect, unless it is connected. */
  open() {
    if (this.source !== null) {
      return;
    }
    const source = new EventSource("/chat/events");
    this.source = source;
    source.addEventListener("open", () => this.#alive(true));
    source.addEventListener("alive", () => this.#alive(false));
    source.addEventListener("lines", () => this.#alive(true));
    source.addEventListener("error", () => this.#lost());
    this.#expect();
  }

  /** Let the connection go. */
  close() {
    this.source?.close();
    this.source = null;
    for (const timer of Object.values(this.timers)) {
      clearTimeout(timer);
    }
  }

  #alive(news) {
    clearTimeout(this.timers.grace);
    clearTimeout(this.timers.retry);
    this.timers.grace = undefined;
    this.state(true);
    this.#expect();
    if (news) {
      this.news();
    }
  }

  #expect() {
    clearTimeout(this.timers.silence);
    this.timers.silence = setTimeout(() => this.#lost(), SILENCE);
  }

  #lost() {
    // A short gap is nothing anybody needs to hear about.
    this.timers.grace ??= setTimeout(() => this.state(false), GRACE);
    clearTimeout(this.timers.retry);
    this.timers.retry = setTimeout(() => {
      this.source?.close();
      this.source = null;
      this.open();
    }, RETRY);
  }

  #visibility() {
    clearTimeout(this.timers.hidden);
    if (document.hidden) {
      this.timers.hidden = setTimeout(() => this.close(), HIDDEN);
      return;
    }
    this.open();
    this.news();
  }
}
