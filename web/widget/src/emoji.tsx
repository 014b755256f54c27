import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Words } from './i18n'

const groups = [
  '😀 😄 😁 😅 😂 🙂 😉 😊 😍 😘 😋 😎 🤔 😐 🙄 😮 😴 😔 😢 😭 😡 😱 🤗 🤝',
  '👍 👎 👌 👏 🙏 🙌 👋 💪 🤞 ☝️ 👉 👈 ✍️ 🙋 🤷',
  '❤️ 💔 ✨ 🔥 🎉 🎁 ✅ ❌ ❓ ❗ ⭐ 💡 📦 🚚 💰 📷 📎 ☕ 🌹 ⏰',
].map((group) => group.split(' '))

const columns = 8

/** A grid of emoji: arrows move, Enter chooses, Escape goes back to the text. */
export function EmojiPicker({ words, onPick, onClose }: { words: Words; onPick: (emoji: string) => void; onClose: () => void }): JSX.Element {
  const grid = useRef<HTMLDivElement>(null)
  useEffect(() => grid.current?.querySelector('button')?.focus(), [])

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.stopPropagation()
      onClose()
      return
    }
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const buttons = [...(grid.current?.querySelectorAll('button') ?? [])]
    const at = buttons.findIndex((button) => button === event.target)
    buttons[Math.min(buttons.length - 1, Math.max(0, at + step))]?.focus()
  }

  return (
    <div class="emoji" role="dialog" aria-label={words.emoji} ref={grid} onKeyDown={onKeyDown}>
      {groups.map((group, index) => (
        <div key={index} role="group" aria-label={words.emojiGroups[index]}>
          {group.map((emoji) => (
            <button type="button" key={emoji} tabIndex={index === 0 && emoji === group[0] ? 0 : -1} onClick={() => onPick(emoji)}>
              {emoji}
            </button>
          ))}
        </div>
      ))}
    </div>
  )
}
