// A text in which "{slot}" stands for a value: the values there are stand under it, and are put where one writes.
import { Textarea } from '@mantine/core'
import { useRef, useState } from 'react'
import { slotBeingWritten, withSlot } from './slots'
import { useFlowTexts } from './texts'

interface SlotTextProps {
  label: string
  description?: string | undefined
  value: string
  onChange: (value: string) => void
  slots: readonly string[]
  error: string | undefined
  required?: boolean
  rows?: number
}

export function SlotText({ label, description, value, onChange, slots, error, required = false, rows = 2 }: SlotTextProps) {
  const { f } = useFlowTexts()
  const area = useRef<HTMLTextAreaElement>(null)
  const [caret, setCaret] = useState(value.length)
  const begun = slotBeingWritten(value, caret)?.typed
  const offered = begun === undefined ? slots : slots.filter((slot) => slot.startsWith(begun))
  const insert = (slot: string): void => {
    const next = withSlot(value, area.current?.selectionStart ?? value.length, slot)
    onChange(next.text)
    // After the text is there.
    requestAnimationFrame(() => {
      area.current?.focus()
      area.current?.setSelectionRange(next.caret, next.caret)
    })
  }
  return (
    <div>
      <Textarea
        ref={area}
        label={label}
        description={description}
        required={required}
        dir="auto"
        autosize
        minRows={rows}
        maxRows={10}
        value={value}
        error={error}
        onChange={(event) => {
          setCaret(event.currentTarget.selectionStart)
          onChange(event.currentTarget.value)
        }}
        onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
      />
      {offered.length > 0 && (
        <div className="slot-chips" role="group" aria-label={f('slotsHere')}>
          {offered.map((slot) => (
            <button key={slot} type="button" className={value.includes(`{${slot}}`) ? 'slot-chip used' : 'slot-chip'} aria-label={f('slotInsert', { slot })} onClick={() => insert(slot)}>
              {`{${slot}}`}
            </button>
          ))}
        </div>
      )}
    </div>
  )
}
