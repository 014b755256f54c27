import type { Random } from './ports'

/** Makes UUIDv7s that sort in the order they were made, also within a millisecond and when the clock steps back. */
export class UuidSource {
  #now: () => number
  #random: Random
  #lastMs = 0
  #counter = 0

  constructor(now: () => number, random: Random) {
    this.#now = now
    this.#random = random
  }

  /** Ids made from here on sort after this one. */
  follow(uuid: string): void {
    const ms = parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16)
    if (ms >= this.#lastMs) {
      this.#lastMs = ms
      this.#counter = 0xfff
    }
  }

  next(): string {
    const bytes = new Uint8Array(10)
    this.#random(bytes)
    const now = Math.floor(this.#now())
    if (now > this.#lastMs) {
      this.#lastMs = now
      // The counter starts low, so that many fit into this millisecond.
      this.#counter = (bytes[0] ?? 0) & 0x7f
    } else if (++this.#counter > 0xfff) {
      this.#lastMs += 1
      this.#counter = 0
    }
    const time = this.#lastMs.toString(16).padStart(12, '0')
    const counter = this.#counter.toString(16).padStart(3, '0')
    const variant = (0x80 | ((bytes[1] ?? 0) & 0x3f)).toString(16)
    let tail = ''
    for (const byte of bytes.subarray(3)) tail += byte.toString(16).padStart(2, '0')
    return `${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${variant}${tail.slice(0, 2)}-${tail.slice(2)}`
  }
}
