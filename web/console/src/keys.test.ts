import { describe, expect, it, vi } from 'vitest'
import { CommandRegistry, type Command } from './commands'
import { keysText, matches } from './keys'

const pressed = (code: string, over: Partial<KeyboardEvent> = {}): KeyboardEvent =>
  ({ code, altKey: false, ctrlKey: false, metaKey: false, shiftKey: false, target: null, getModifierState: () => false, ...over }) as KeyboardEvent

describe('shortcuts', () => {
  it('go by the physical key: Alt+E where the layout makes another letter of it', () => {
    expect(matches({ code: 'KeyE', alt: true }, pressed('KeyE', { altKey: true, key: 'у' }))).toBe(true)
  })
  it('want exactly their modifiers', () => {
    expect(matches({ code: 'KeyE', alt: true }, pressed('KeyE', { altKey: true, ctrlKey: true }))).toBe(false)
    expect(matches({ code: 'KeyE', alt: true, mod: true }, pressed('KeyE', { altKey: true, metaKey: true }))).toBe(true)
  })
  it('leave AltGr to the writer', () => {
    expect(matches({ code: 'KeyE', alt: true, mod: true }, pressed('KeyE', { altKey: true, ctrlKey: true, getModifierState: () => true }))).toBe(false)
  })
  it('are written as the keyboard has them', () => {
    expect(keysText({ code: 'KeyE', alt: true, mod: true }, false)).toBe('Ctrl+Alt+E')
    expect(keysText({ code: 'KeyK', mod: true }, true)).toBe('⌘K')
    expect(keysText({ code: 'Slash', mod: true }, false)).toBe('Ctrl+/')
  })
})

describe('the registry', () => {
  const command = (over: Partial<Command>): Command => ({ id: 'x', label: 'x', group: 'g', run: () => undefined, ...over })

  it('runs what is offered, and no more once it is withdrawn', () => {
    const registry = new CommandRegistry()
    const run = vi.fn()
    const withdraw = registry.offer(() => [command({ keys: { code: 'KeyE', alt: true }, run })])
    expect(registry.press(pressed('KeyE', { altKey: true }), false)).toBe(true)
    withdraw()
    expect(registry.press(pressed('KeyE', { altKey: true }), false)).toBe(false)
    expect(run).toHaveBeenCalledTimes(1)
  })
  it('takes single keys only when they are switched on', () => {
    const registry = new CommandRegistry()
    const run = vi.fn()
    registry.offer(() => [command({ single: { code: 'KeyJ' }, run })])
    expect(registry.press(pressed('KeyJ'), false)).toBe(false)
    expect(registry.press(pressed('KeyJ'), true)).toBe(true)
  })
})
