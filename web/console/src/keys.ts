// Keyboard shortcuts by physical key, so that they stay where they are on every layout and under every input method.

export interface Keys {
  /** KeyboardEvent.code. */
  code: string
  alt?: boolean
  /** Ctrl, or ⌘ on a Mac. */
  mod?: boolean
  shift?: boolean
}

type Pressed = Pick<KeyboardEvent, 'code' | 'altKey' | 'ctrlKey' | 'metaKey' | 'shiftKey'> & { getModifierState?: (key: string) => boolean }

export function matches(keys: Keys, event: Pressed): boolean {
  // AltGr reports itself as Ctrl+Alt on Windows; whoever types € means €.
  if (event.getModifierState?.('AltGraph') === true) return false
  return (
    event.code === keys.code &&
    event.altKey === (keys.alt ?? false) &&
    (event.ctrlKey || event.metaKey) === (keys.mod ?? false) &&
    event.shiftKey === (keys.shift ?? false)
  )
}

const names: Record<string, string> = { Slash: '/', Comma: ',', ArrowUp: '↑', ArrowDown: '↓', Escape: 'Esc' }

export function keysText(keys: Keys, mac: boolean): string {
  const key = names[keys.code] ?? keys.code.replace(/^(Key|Digit)/, '')
  const parts = mac
    ? [keys.mod === true && '⌘', keys.alt === true && '⌥', keys.shift === true && '⇧', key]
    : [keys.mod === true && 'Ctrl', keys.alt === true && 'Alt', keys.shift === true && 'Shift', key]
  return parts.filter((part) => part !== false).join(mac ? '' : '+')
}

/** Where single keys are text. */
export function isWriting(target: EventTarget | null): boolean {
  return typeof HTMLElement !== 'undefined' && target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.closest('[role="dialog"]') !== null)
}
