// Tells a visitor who looks at another tab that an answer came: the title blinks, and a soft tone sounds unless it is muted.

let own = ''
let theirs = ''
let timer: ReturnType<typeof setInterval> | undefined

function restore(): void {
  // A title that the page has set meanwhile is the page's.
  if (document.title === own) document.title = theirs
}

function blink(): void {
  if (document.title === own) return restore()
  theirs = document.title
  document.title = own
}

/** Something was said; does nothing while the page is seen. */
export function notice(title: string, muted: boolean): void {
  if (!document.hidden) return
  endNotice()
  own = title
  blink()
  timer = setInterval(blink, 1_000)
  if (!muted) chime()
}

/** The visitor looks again. */
export function endNotice(): void {
  clearInterval(timer)
  restore()
}

let audio: AudioContext | undefined

/** Made here: no file to load. A page that was never touched may not sound, and the browser would complain of the attempt. */
function chime(): void {
  if (!navigator.userActivation?.hasBeenActive) return
  audio ??= new AudioContext()
  const tone = audio.createOscillator()
  const gain = audio.createGain()
  const end = audio.currentTime + 0.4
  tone.frequency.value = 740
  gain.gain.value = 0.1
  gain.gain.exponentialRampToValueAtTime(0.0001, end)
  tone.connect(gain).connect(audio.destination)
  tone.start()
  tone.stop(end)
}
