/** Sounds: two short and soft ones. None before the reader has used the page, none when they are off. */

const KEY = "parlor.sound";
/** Notes are pairs of Hz and seconds from the start. @type {Record<"turn" | "end", [number, number][]>} */
const NOTES = {
  turn: [
    [659, 0],
    [880, 0.09],
  ],
  end: [
    [523, 0],
    [659, 0.1],
    [784, 0.2],
  ],
};

export class Sound {
  /** @type {AudioContext | null} */
  #context = null;

  get isOn() {
    return localStorage.getItem(KEY) !== "off";
  }

  toggle() {
    localStorage.setItem(KEY, this.isOn ? "off" : "on");
  }

  /** @param {"turn" | "end"} name */
  play(name) {
    if (!this.isOn || !navigator.userActivation?.hasBeenActive || !("AudioContext" in window)) return;
    this.#context ??= new AudioContext();
    for (const [pitch, at] of NOTES[name]) this.#note(this.#context, pitch, this.#context.currentTime + at);
  }

  /** @param {AudioContext} context @param {number} pitch @param {number} at */
  #note(context, pitch, at) {
    const [tone, volume] = [context.createOscillator(), context.createGain()];
    tone.type = "sine";
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.12, at + 0.015);
    volume.gain.exponentialRampToValueAtTime(0.001, at + 0.3);
    tone.connect(volume).connect(context.destination);
    tone.start(at);
    tone.stop(at + 0.32);
  }
}
