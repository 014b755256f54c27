import { contrastText, fromHsl, parseHex, readableOn, toHex, toHsl, type Rgb } from './contrast'

export const brandDefault = '#2563eb'

/** The names a brand colour fills; the rest of the tokens do not depend on it. */
export interface BrandTokens {
  /** Filled controls, own bubbles, the launcher. White text on it is always readable. */
  '--wk-brand': string
  '--wk-brand-strong': string
  '--wk-on-brand': string
  /** A quiet tint: chips, selected rows. */
  '--wk-brand-soft': string
  /** Links and icons on the surface. */
  '--wk-brand-text': string
  '--wk-focus': string
}

const white: Rgb = { r: 255, g: 255, b: 255 }
const darkSurface: Rgb = { r: 24, g: 27, b: 33 }

/** Computes a site's tints from its one colour; whatever colour that is, text stays readable (AA). */
export function brandTokens(colour: string, theme: 'light' | 'dark'): BrandTokens {
  const base = parseHex(colour) ?? parseHex(brandDefault) ?? white
  const { h, s } = toHsl(base)
  const fill = readableOn(base, white, contrastText)
  const fillHsl = toHsl(fill)
  const strong = fromHsl({ ...fillHsl, l: Math.max(0, fillHsl.l - 0.06) })
  const softened = Math.min(s, 0.9)
  const soft =
    theme === 'light' ? fromHsl({ h, s: softened, l: 0.955 }) : fromHsl({ h, s: Math.min(softened, 0.45), l: 0.2 })
  const surface = theme === 'light' ? white : darkSurface
  // Readable on the surface and on the tint both.
  const text = readableOn(readableOn(base, surface, contrastText), soft, contrastText)
  return {
    '--wk-brand': toHex(fill),
    '--wk-brand-strong': toHex(strong),
    '--wk-on-brand': '#ffffff',
    '--wk-brand-soft': toHex(soft),
    '--wk-brand-text': toHex(text),
    '--wk-focus': toHex(text),
  }
}
