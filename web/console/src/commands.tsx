// What can be done now. A component offers its commands while it is on the page; the keyboard, the command bar and the
// help sheet all read this one list.
import { createContext, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { isWriting, matches, type Keys } from './keys'

export interface Command {
  id: string
  label: string
  /** In the command bar only: a second line. */
  detail?: string
  group: string
  keys?: Keys
  /** One key alone, for those who switched single keys on. */
  single?: Keys
  run: () => void
}

type Offer = () => readonly Command[]

/** Loop-bound; one per page. */
export class CommandRegistry {
  #offers = new Set<Offer>()

  offer(offer: Offer): () => void {
    this.#offers.add(offer)
    return () => void this.#offers.delete(offer)
  }

  all(): readonly Command[] {
    return [...this.#offers].flatMap((offer) => offer())
  }

  /** True: a command had this key. */
  press(event: KeyboardEvent, singleKeys: boolean): boolean {
    const command = this.all().find(
      ({ keys, single }) =>
        (keys !== undefined && matches(keys, event)) ||
        (singleKeys && single !== undefined && !isWriting(event.target) && matches(single, event)),
    )
    command?.run()
    return command !== undefined
  }
}

const singleKey = 'weikeyi.console.single_keys'

interface Commands {
  registry: CommandRegistry
  singleKeys: boolean
  setSingleKeys: (on: boolean) => void
}

const Context = createContext<Commands | undefined>(undefined)

export function CommandsProvider({ children }: { children: ReactNode }) {
  const [registry] = useState(() => new CommandRegistry())
  const [singleKeys, setSingleKeys] = useState(() => localStorage.getItem(singleKey) === '1')
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.isComposing || event.repeat) return
      if (registry.press(event, singleKeys)) event.preventDefault()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [registry, singleKeys])
  const value = useMemo<Commands>(
    () => ({
      registry,
      singleKeys,
      setSingleKeys: (on) => {
        localStorage.setItem(singleKey, on ? '1' : '0')
        setSingleKeys(on)
      },
    }),
    [registry, singleKeys],
  )
  return <Context.Provider value={value}>{children}</Context.Provider>
}

export function useCommandList(): Commands {
  const value = useContext(Context)
  if (value === undefined) throw new Error('no CommandsProvider')
  return value
}

/** Offers these commands while the component is there; always the newest ones. */
export function useCommands(commands: readonly Command[]): void {
  const { registry } = useCommandList()
  const newest = useRef(commands)
  useEffect(() => {
    newest.current = commands
  })
  useEffect(() => registry.offer(() => newest.current), [registry])
}
