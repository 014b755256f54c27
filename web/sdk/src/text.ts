const encoder = new TextEncoder()

export function utf8Length(text: string): number {
  return encoder.encode(text).length
}

/** The longest beginning of `text` that has at most `bytesMax` bytes of UTF-8 and ends at a character. */
export function cutUtf8(text: string, bytesMax: number): string {
  if (text.length * 3 <= bytesMax) return text
  let bytes = 0
  let cut = ''
  for (const character of text) {
    bytes += utf8Length(character)
    if (bytes > bytesMax) break
    cut += character
  }
  return cut
}
