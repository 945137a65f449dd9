// A sound for each new case that needs somebody now: once, in one tab, and only where the switch is on.

const WANTED = "first-contact-sound";
const RUNG = "first-contact-rung"; // Numbers of cases, so that no other tab rings for them again.
let audio;

export function soundSwitch(button, onReady) {
  const wanted = () => localStorage.getItem(WANTED) === "on";

  function show() {
    const ready = audio?.state === "running";
    button.setAttribute("aria-pressed", String(wanted()));
    button.textContent = wanted()
      ? `Sound for new cases: on${ready ? "" : " after your first click or key"}`
      : "Sound for new cases: off";
  }

  // Browsers let a page make a sound only after somebody has clicked or typed in it.
  async function wake() {
    if (!wanted()) {
      return;
    }
    audio ??= new AudioContext();
    await audio.resume();
    show();
    onReady();
  }

  button.addEventListener("click", () => {
    localStorage.setItem(WANTED, wanted() ? "off" : "on");
    show();
    wake();
  });
  for (const gesture of ["pointerdown", "keydown"]) {
    document.addEventListener(gesture, wake, { once: true });
  }
  button.hidden = false;
  show();
}

export function ring(numbers) {
  if (localStorage.getItem(WANTED) === "on" && audio?.state !== "running") {
    return; // Another tab may be able to; if none is, this one rings once it has been touched.
  }
  const inTurn = navigator.locks ? (work) => navigator.locks.request(RUNG, work) : (work) => work();
  inTurn(() => {
    const rung = (localStorage.getItem(RUNG) ?? "").split(" ");
    const fresh = numbers.filter((number) => !rung.includes(number));
    localStorage.setItem(RUNG, numbers.join(" "));
    if (fresh.length && localStorage.getItem(WANTED) === "on") {
      tone();
    }
  });
}

function tone() {
  for (const [index, pitch] of [660, 880, 660].entries()) {
    const start = audio.currentTime + index * 0.25;
    const note = audio.createOscillator();
    const volume = audio.createGain();
    note.frequency.value = pitch;
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(0.3, start + 0.03);
    volume.gain.linearRampToValueAtTime(0, start + 0.22);
    note.connect(volume).connect(audio.destination);
    note.start(start);
    note.stop(start + 0.25);
  }
}
