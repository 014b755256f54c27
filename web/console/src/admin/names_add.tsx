// A field that takes one name or thousands: typed, pasted, or out of a file. What cannot be taken stays in it.
import { Button, FileButton, Group, Textarea } from '@mantine/core'
import type { KnownName } from '@weikeyi/sdk/json'
import { useMemo, useState } from 'react'
import { bytes } from '../format'
import { decoded, tableOf } from '../table_text'
import { nameBytesMax, namesMax, otherNamesMax } from './name_lists'
import { pasted, type LineWrong, type Pasted } from './name_paste'
import { useNameTexts, type NameKey } from './name_texts'

const fileBytesMax = 1024 * 1024
const linesShown = 50
const lineKeys: Record<LineWrong, [NameKey, number]> = {
  noName: ['lineNoName', 0],
  long: ['lineLong', nameBytesMax],
  othersMany: ['lineOthersMany', otherNamesMax],
  quote: ['lineQuote', 0],
  full: ['lineFull', namesMax],
}

interface Add {
  names: readonly KnownName[]
  /** So many more may be added. */
  room: number
  onAdd: (names: KnownName[]) => void
}

export function NamesAdd({ names, room, onAdd }: Add) {
  const { n } = useNameTexts()
  const [text, setText] = useState('')
  const [tooLarge, setTooLarge] = useState(false)
  const [done, setDone] = useState<Pasted>()
  const found = useMemo(() => pasted(names, text, room), [names, text, room])
  const count = found.added + found.extended
  const write = (next: string): void => {
    setText(next)
    setDone(undefined)
    setTooLarge(false)
  }
  const read = async (file: File | null): Promise<void> => {
    if (file === null) return
    if (file.size > fileBytesMax) return setTooLarge(true)
    write(decoded(new Uint8Array(await file.arrayBuffer())))
  }
  const add = (): void => {
    if (count === 0) return
    onAdd(found.names)
    setDone(found)
    setText(tableOf(found.wrong.map(({ cells }) => cells)))
  }
  const shown = done ?? found
  return (
    <div className="names-add">
      <Textarea
        label={n('add')}
        description={n('addHelp')}
        placeholder={n('addExample')}
        dir="auto"
        autosize
        minRows={2}
        maxRows={10}
        value={text}
        onChange={(event) => write(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
          event.preventDefault()
          add()
        }}
      />
      <Group gap="xs">
        <Button size="xs" disabled={count === 0} onClick={add}>
          {n('addGo', { count })}
        </Button>
        <FileButton accept=".csv,.tsv,.txt,text/csv,text/plain" onChange={(file) => void read(file)}>
          {(button) => (
            <Button {...button} variant="default" size="xs">
              {n('addFile')}
            </Button>
          )}
        </FileButton>
      </Group>
      {tooLarge && (
        <p className="name-wrong" role="alert">
          {n('fileLarge', { most: bytes(fileBytesMax) })}
        </p>
      )}
      <div role="status">
        {(text.trim() !== '' || done !== undefined) && (
          <p className="quiet">{n(done === undefined ? 'wouldAdd' : 'added', { added: shown.added, extended: shown.extended, known: shown.known })}</p>
        )}
        {shown.wrong.length > 0 && (
          <>
            <p className="name-wrong">{n('wrongLines', { count: shown.wrong.length })}</p>
            <ul className="import-lines">
              {shown.wrong.slice(0, linesShown).map(({ line, cells, why }) => {
                const [key, most] = lineKeys[why]
                return (
                  <li key={line}>
                    <span className="quiet">{n('line', { line })}</span>
                    <span className="import-text" dir="auto">
                      {cells.join(' · ')}
                    </span>
                    <span className="import-why">{n(key, { most })}</span>
                  </li>
                )
              })}
              {shown.wrong.length > linesShown && <li>…</li>}
            </ul>
          </>
        )}
      </div>
    </div>
  )
}
