// Other ways to ask a question: a list of lines that grows.
import { ActionIcon, Button, Input, TextInput } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { useRef } from 'react'
import { phrasingsMax } from './entry_form'
import { useTexts } from './texts'

interface PhrasingsProps {
  phrasings: readonly string[]
  onChange: (phrasings: string[]) => void
  error: string | undefined
}

export function Phrasings({ phrasings, onChange, error }: PhrasingsProps) {
  const { k } = useTexts()
  const list = useRef<HTMLDivElement>(null)
  const focus = (at: number): void => {
    // After the line is there.
    requestAnimationFrame(() => list.current?.querySelectorAll('input')[at]?.focus())
  }
  const add = (after: number): void => {
    if (phrasings.length >= phrasingsMax) return
    onChange([...phrasings.slice(0, after + 1), '', ...phrasings.slice(after + 1)])
    focus(after + 1)
  }
  const remove = (at: number): void => {
    onChange(phrasings.filter((_, other) => other !== at))
    focus(Math.max(0, at - 1))
  }
  return (
    <Input.Wrapper label={k('phrasings')} description={k('phrasingsHelp')} error={error} labelElement="div">
      <div className="phrasings" role="group" aria-label={k('phrasings')} ref={list}>
        {phrasings.map((phrasing, at) => (
          <TextInput
            key={at}
            dir="auto"
            aria-label={k('phrasingOf', { number: at + 1 })}
            value={phrasing}
            onChange={(event) => {
              const { value } = event.currentTarget
              onChange(phrasings.map((one, other) => (other === at ? value : one)))
            }}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || event.nativeEvent.isComposing || event.ctrlKey || event.metaKey) return
              event.preventDefault()
              if (phrasing.trim() !== '') add(at)
            }}
            rightSection={
              <ActionIcon variant="subtle" color="gray" aria-label={k('phrasingRemove', { number: at + 1 })} onClick={() => remove(at)}>
                <IconX size={14} />
              </ActionIcon>
            }
          />
        ))}
        <Button variant="subtle" size="compact-sm" leftSection={<IconPlus size={14} />} disabled={phrasings.length >= phrasingsMax} onClick={() => add(phrasings.length - 1)}>
          {k('phrasingAdd')}
        </Button>
      </div>
    </Input.Wrapper>
  )
}
