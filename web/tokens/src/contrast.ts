// Colours by hue, with the contrast computed and not guessed (WCAG 2.2).

export interface Rgb {
  r: number
  g: number
  b: number
}

export const contrastText = 4.5
export const contrastLarge = 3

/** "#2563eb" or "#26e"; undefined for anything else. */
export function parseHex(text: string): Rgb | undefined {
  const match = /^#(?:([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})|([0-9a-f])([0-9a-f])([0-9a-f]))$/i.exec(text.trim())
  if (match === null) return undefined
  const part = (long: string | undefined, short: string | undefined): number =>
    long !== undefined ? parseInt(long, 16) : parseInt(`${short}${short}`, 16)
  return { r: part(match[1], match[4]), g: part(match[2], match[5]), b: part(match[3], match[6]) }
}

export function toHex({ r, g, b }: Rgb): string {
  return `#${[r, g, b].map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`
}

export interface Hsl {
  h: number
  s: number
  l: number
}

export function toHsl({ r, g, b }: Rgb): Hsl {
  const [x, y, z] = [r / 255, g / 255, b / 255]
  const max = Math.max(x, y, z)
  const min = Math.min(x, y, z)
  const l = (max + min) / 2
  const d = max - min
  if (d === 0) return { h: 0, s: 0, l }
  const s = d / (1 - Math.abs(2 * l - 1))
  const h = max === x ? ((y - z) / d + 6) % 6 : max === y ? (z - x) / d + 2 : (x - y) / d + 4
  return { h: h * 60, s, l }
}

export function fromHsl({ h, s, l }: Hsl): Rgb {
  const a = s * Math.min(l, 1 - l)
  const channel = (n: number): number => {
    const k = (n + h / 30) % 12
    return 255 * (l - a * Math.max(-1, Math.min(k - 3, 9 - k, 1)))
  }
  return { r: channel(0), g: channel(8), b: channel(4) }
}

export function luminance({ r, g, b }: Rgb): number {
  const linear = (value: number): number => {
    const v = value / 255
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
}

export function contrast(a: Rgb, b: Rgb): number {
  const [x, y] = [luminance(a), luminance(b)]
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05)
}

/** The colour, moved in lightness as little as it takes to stand out from `ground` by `least`. */
export function readableOn(colour: Rgb, ground: Rgb, least: number): Rgb {
  const darker = luminance(ground) > 0.18
  const { h, s, l } = toHsl(colour)
  // Whole hex steps, so that what is checked is what is written.
  const rounded = (rgb: Rgb): Rgb => parseHex(toHex(rgb)) ?? rgb
  for (let step = 0; step <= 100; step += 1) {
    const moved = rounded(fromHsl({ h, s, l: Math.min(1, Math.max(0, darker ? l - step / 100 : l + step / 100)) }))
    if (contrast(moved, ground) >= least) return moved
  }
  return darker ? { r: 0, g: 0, b: 0 } : { r: 255, g: 255, b: 255 }
}
