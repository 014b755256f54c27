export type TextPart = { kind: 'text'; text: string } | { kind: 'link'; text: string; url: string }

// Up to white space, quotes, brackets that open nothing, and any Chinese character or full-width sign.
const address = /https?:\/\/[^\s<>"'`\u2e80-\u9fff\uac00-\ud7ff\uff00-\uffef\u3000-\u303f]+/gi

/** Text with its http(s) addresses marked. Nothing else ever becomes a link. */
export function linkify(text: string): TextPart[] {
  const parts: TextPart[] = []
  let at = 0
  for (const match of text.matchAll(address)) {
    const url = trimAddress(match[0])
    if (!isWebAddress(url)) continue
    if (match.index > at) parts.push({ kind: 'text', text: text.slice(at, match.index) })
    parts.push({ kind: 'link', text: url, url })
    at = match.index + url.length
  }
  if (at < text.length) parts.push({ kind: 'text', text: text.slice(at) })
  return parts
}

/** The full stop after an address ends the sentence, and a bracket that was not opened in it closes the writer's. */
function trimAddress(found: string): string {
  let url = found
  for (;;) {
    const last = url.at(-1) ?? ''
    const opens = { ')': '(', ']': '[' }[last]
    if ('.,;:!?*_~'.includes(last) || (opens !== undefined && !url.includes(opens))) url = url.slice(0, -1)
    else return url
  }
}

export function isWebAddress(text: string): boolean {
  try {
    const { protocol, hostname } = new URL(text)
    return (protocol === 'http:' || protocol === 'https:') && hostname !== ''
  } catch {
    return false
  }
}
