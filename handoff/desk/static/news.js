// One live connection. It tells of every sign of life, and starts again by itself when there is none.

const SILENCE = 9000; // Three beats (see handoff/desk/live.py).
const AGAIN = 3000;

export function follow(tell) {
  let source;
  let heard;

  function open() {
    heard = Date.now();
    source = new EventSource("/desk/events");
    for (const name of ["here", "beat", "changed"]) {
      source.addEventListener(name, () => {
        heard = Date.now();
        tell(name);
      });
    }
  }

  open();
  setInterval(() => {
    // A connection that died without a word looks alive to the browser, and one that was refused is not tried again.
    if (source.readyState === EventSource.CLOSED || Date.now() - heard > SILENCE) {
      source.close();
      open();
    }
  }, AGAIN);
}
