export type Unsubscribe = () => void

/** Listeners of one kind of happening. A listener that throws does not keep the others from hearing. */
export class Emitter<T> {
  #listeners = new Set<(value: T) => void>()

  subscribe(listener: (value: T) => void): Unsubscribe {
    // Wrapped, so that one function subscribed twice is two subscriptions.
    const own = (value: T): void => listener(value)
    this.#listeners.add(own)
    return () => void this.#listeners.delete(own)
  }

  emit(value: T): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(value)
      } catch (error) {
        console.error('weikeyi: a listener failed', error)
      }
    }
  }
}

export function assertNever(value: never): never {
  throw new Error(`unexpected ${JSON.stringify(value)}`)
}
