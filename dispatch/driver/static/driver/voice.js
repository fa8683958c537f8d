// What the driver hears: a chime and a sentence, unless the voice is switched off.
import { isChinese } from "./words.js";

const KEY = "yizhan.voice";
const NOTES_HZ = [660, 880];
const NOTE_S = 0.18;
let sound = null;

export const isVoiceOn = () => localStorage.getItem(KEY) !== "off";

/** Switch the voice on or off. */
export function setVoice(isOn) {
  localStorage.setItem(KEY, isOn ? "on" : "off");
  if (!isOn) self.speechSynthesis?.cancel();
}

// Browsers let a page make sounds only after its driver touched it.
addEventListener("pointerdown", () => {
  if (self.AudioContext) sound ??= new AudioContext();
  sound?.resume();
}, { passive: true });

function chime() {
  if (sound?.state !== "running") return;
  NOTES_HZ.forEach((pitch, place) => {
    const note = sound.createOscillator();
    const loudness = sound.createGain();
    const at = sound.currentTime + place * NOTE_S;
    note.frequency.value = pitch;
    loudness.gain.setValueAtTime(0.25, at);
    loudness.gain.exponentialRampToValueAtTime(0.001, at + NOTE_S * 2);
    note.connect(loudness).connect(sound.destination);
    note.start(at);
    note.stop(at + NOTE_S * 2);
  });
}

/** Sound the chime and read a sentence aloud. */
export function speak(sentence) {
  if (!isVoiceOn()) return;
  chime();
  // Before the driver touched the page a browser says nothing, and holds it against the page.
  if (!self.speechSynthesis || navigator.userActivation?.hasBeenActive === false) return;
  speechSynthesis.cancel();
  const words = new SpeechSynthesisUtterance(sentence);
  words.lang = isChinese ? "zh-CN" : "en-GB";
  speechSynthesis.speak(words);
}
