// Leaving in a hurry: by the button, or by pressing Escape three times within five seconds.

const PRESSES = 3;
const WITHIN = 5000;

/** Watch for both ways of leaving. `forget` is called first, to drop what this tab keeps. */
export function watchForLeaving(link, forget) {
  const leave = () => {
    forget();
    // The page is emptied at once: the next one may take a moment to come.
    document.body.classList.add("chat-gone");
    document.title = "";
    // Replaced, not followed, so that the back button does not lead here.
    window.location.replace(link.href);
  };
  link.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  let presses = [];
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") {
      presses = [];
      return;
    }
    const now = Date.now();
    presses = [...presses.filter((time) => now - time < WITHIN), now];
    if (presses.length >= PRESSES) {
      leave();
    }
  });
}
