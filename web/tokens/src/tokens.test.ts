import { describe, expect, it } from 'vitest'
import { brandTokens, contrast, contrastLarge, contrastText, dark, light, parseHex, type ThemeTokens } from './index'
import { stylesheet } from './stylesheet'

function ratio(a: string, b: string): number {
  const [x, y] = [parseHex(a), parseHex(b)]
  if (x === undefined || y === undefined) throw new Error(`not a colour: ${a} ${b}`)
  return contrast(x, y)
}

const themes: [string, 'light' | 'dark', ThemeTokens][] = [['light', 'light', light], ['dark', 'dark', dark]]

describe.each(themes)('%s', (_, theme, tokens) => {
  it('has readable text everywhere', () => {
    const pairs: [keyof ThemeTokens, keyof ThemeTokens][] = [
      ['--wk-ink', '--wk-surface'], ['--wk-ink', '--wk-surface-sunken'], ['--wk-ink-quiet', '--wk-surface'],
      ['--wk-ink-quiet', '--wk-surface-sunken'], ['--wk-ink-quiet', '--wk-bubble'], ['--wk-bubble-ink', '--wk-bubble'],
      ['--wk-note-ink', '--wk-note'], ['--wk-danger', '--wk-surface'], ['--wk-danger', '--wk-danger-soft'],
      ['--wk-warning', '--wk-warning-soft'], ['--wk-success', '--wk-success-soft'],
    ]
    for (const [ink, ground] of pairs) {
      expect(ratio(tokens[ink], tokens[ground]), `${ink} on ${ground}`).toBeGreaterThanOrEqual(contrastText)
    }
    for (const mark of ['--wk-online', '--wk-busy'] as const) {
      expect(ratio(tokens[mark], tokens['--wk-surface']), mark).toBeGreaterThanOrEqual(contrastLarge)
    }
  })

  it('stays readable with whatever colour a site chooses', () => {
    for (const colour of ['#2563eb', '#ffff00', '#ffffff', '#000000', '#00ff88', '#ff69b4', '#7c3aed', '#0ea5e9', '#808080', 'nonsense']) {
      const brand = brandTokens(colour, theme)
      expect(ratio(brand['--wk-on-brand'], brand['--wk-brand']), colour).toBeGreaterThanOrEqual(contrastText)
      expect(ratio(brand['--wk-on-brand'], brand['--wk-brand-strong']), colour).toBeGreaterThanOrEqual(contrastText)
      expect(ratio(brand['--wk-brand-text'], tokens['--wk-surface']), colour).toBeGreaterThanOrEqual(contrastText)
      expect(ratio(brand['--wk-brand-text'], brand['--wk-brand-soft']), colour).toBeGreaterThanOrEqual(contrastText)
    }
  })
})

it('keeps a brand colour that is readable as it is', () => {
  expect(brandTokens('#2563eb', 'light')['--wk-brand']).toBe('#2563eb')
})

it('says the same in tokens.css', async () => {
  await expect(stylesheet()).toMatchFileSnapshot('./tokens.css')
})
