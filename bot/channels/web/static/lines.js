// The conversation on the page: lines that came from the service, and lines that are still on their way to it.

/** The list of lines. A line on its way stands at the end until the service sends it back as part of the conversation. */
export class Lines {
  constructor(list) {
    this.list = list;
  }

  /** The highest number among the lines shown. */
  get newest() {
    return Math.max(0, ...[...this.list.children].map((line) => Number(line.dataset.seq)));
  }

  /** The line of what was written under this id, or null. */
  written(id) {
    return [...this.list.children].find((line) => line.dataset.text === id) ?? null;
  }

  /** Put lines from the service in: each once, in order, before those that are still on their way. */
  add(html) {
    const parsed = new DOMParser().parseFromString(`<ol>${html}</ol>`, "text/html");
    const added = [];
    for (const line of parsed.querySelectorAll("ol > li.chat-line")) {
      if (document.getElementById(line.id) !== null && document.getElementById(line.id).dataset.seq !== "0") {
        continue;
      }
      const waiting = line.dataset.text === "" ? null : this.written(line.dataset.text);
      if (waiting !== null) {
        this.#confirm(waiting, line);
      } else {
        this.#place(document.importNode(line, true));
        added.push(line.id);
      }
    }
    this.#onlyLastChoices();
    return added.map((id) => document.getElementById(id));
  }

  /** Show what was just written. */
  addWritten(id, words) {
    const line = document.createElement("li");
    line.className = "chat-line chat-line--person";
    line.dataset.seq = "0";
    line.dataset.text = id;
    line.tabIndex = -1;
    const who = element("p", "chat-line__who nhsuk-u-visually-hidden", "You wrote:");
    const said = element("p", "chat-line__words", words);
    said.dir = "auto";
    const at = element("p", "chat-line__at", "");
    at.append(element("span", "chat-line__state", "Sending"));
    line.append(who, said, at);
    this.list.append(line);
    this.#onlyLastChoices();
    return line;
  }

  /** Say how far a line on its way is; `again` is what the "try again" button does, or null for no button. */
  setState(id, words, again) {
    const line = this.written(id);
    if (line === null || line.dataset.seq !== "0") {
      return;
    }
    line.classList.toggle("chat-line--unsent", again !== null);
    line.querySelector(".chat-line__state").textContent = words;
    line.querySelector(".chat-line__again")?.remove();
    if (again !== null) {
      const button = element("button", "chat-line__again", "Try again");
      button.type = "button";
      button.addEventListener("click", again);
      line.querySelector(".chat-line__at").append(button);
    }
  }

  /** Take a line on its way out again, because its words went back into the box. */
  remove(id) {
    this.written(id)?.remove();
  }

  // The element stays the same, so that a screen reader does not read out what its owner has just written.
  #confirm(waiting, line) {
    waiting.id = line.id;
    waiting.dataset.seq = line.dataset.seq;
    waiting.classList.remove("chat-line--unsent");
    waiting.querySelector(".chat-line__at").replaceWith(document.importNode(line.querySelector(".chat-line__at"), true));
    const first = this.#firstOnItsWay();
    if (first !== null && first.compareDocumentPosition(waiting) & Node.DOCUMENT_POSITION_FOLLOWING) {
      this.list.insertBefore(waiting, first);
    }
  }

  #place(line) {
    this.list.insertBefore(line, this.#firstOnItsWay());
  }

  #firstOnItsWay() {
    return [...this.list.children].find((line) => line.dataset.seq === "0") ?? null;
  }

  #onlyLastChoices() {
    for (const choices of this.list.querySelectorAll(".chat-line:not(:last-child) .chat-choices")) {
      choices.remove();
    }
  }
}

function element(name, className, words) {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = words;
  return made;
}
