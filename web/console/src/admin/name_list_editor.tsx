// One list of names, opened: what it is called, its names with their other spellings, and a field that takes many at once.
import { Button, Group, TagsInput, TextInput, VisuallyHidden } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import type { KnownName, NameList } from '@weikeyi/sdk/json'
import { useRef, useState } from 'react'
import { tableOf } from '../table_text'
import { found, nameBytesMax, otherNamesMax, wrongListName, wrongNames, type ListNameWrong, type NameWrong } from './name_lists'
import { NamesAdd } from './names_add'
import { useNameTexts, type NameKey } from './name_texts'
import { Copy, SureButton } from './parts'

/** More are shown when asked for; a list may have thousands. */
const rowsAtATime = 50
/** Fewer are seen at a glance. */
const searchedFrom = 8

const listNameKeys: Record<ListNameWrong, NameKey> = { empty: 'listNameEmpty', form: 'listNameForm', twice: 'listNameTwice', builtIn: 'listNameBuiltIn' }
const nameKeys: Record<NameWrong, NameKey> = { empty: 'nameEmpty', long: 'nameLong', twice: 'nameTwice', otherLong: 'otherLong', othersMany: 'othersMany' }

interface Editor {
  lists: readonly NameList[]
  at: number
  room: number
  onChange: (list: NameList) => void
  onRemove: () => void
}

export function NameListEditor({ lists, at, room, onChange, onRemove }: Editor) {
  const { n } = useNameTexts()
  const [typed, type] = useState('')
  const [most, setMost] = useState(rowsAtATime)
  const [editing, edit] = useState<number>()
  const rows = useRef<HTMLUListElement>(null)
  const list = lists[at]
  if (list === undefined) return null
  const { names } = list
  const put = (next: KnownName[]): void => onChange({ ...list, names: next })
  const wrongOfList = wrongListName(lists, at)
  const wrong = wrongNames(names)
  // What is being changed stays where it is, also when it is no longer what one looked for.
  const places = found(names, typed)
  const shown = editing === undefined || places.includes(editing) ? places : [...places, editing].toSorted((a, b) => a - b)
  const rowButton = (place: number): void => {
    requestAnimationFrame(() => rows.current?.querySelector<HTMLElement>(`[data-place="${place}"] button`)?.focus())
  }
  const open = (place: number): void => {
    edit(place)
    requestAnimationFrame(() => rows.current?.querySelector<HTMLElement>(`[data-place="${place}"] input`)?.focus())
  }
  return (
    <div className="name-list-body" role="group" aria-label={n('list', { name: list.name === '' ? n('unnamed') : list.name })}>
      <TextInput
        label={n('listName')}
        description={n('listNameHelp')}
        required
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        placeholder="product"
        styles={{ wrapper: { maxWidth: 320 } }}
        value={list.name}
        error={wrongOfList !== undefined && n(listNameKeys[wrongOfList])}
        onChange={(event) => onChange({ ...list, name: event.currentTarget.value.trim() })}
      />
      {names.length >= searchedFrom && (
        <TextInput
          role="searchbox"
          size="xs"
          aria-label={n('find')}
          placeholder={n('find')}
          leftSection={<IconSearch size={14} />}
          value={typed}
          onChange={(event) => {
            type(event.currentTarget.value)
            setMost(rowsAtATime)
          }}
        />
      )}
      {names.length === 0 ? (
        <p className="quiet">{n('noNames')}</p>
      ) : (
        <ul className="names" aria-label={n('names')} ref={rows}>
          {shown.slice(0, most).map((place) => {
            const one = names[place]
            if (one === undefined) return null
            const why = wrong.get(place)
            const error = why === undefined ? undefined : n(nameKeys[why], { most: why === 'othersMany' ? otherNamesMax : nameBytesMax })
            return (
              <li key={place} data-place={place}>
                {editing === place ? (
                  <NameFields
                    one={one}
                    why={why}
                    error={error}
                    onChange={(next) => put(names.map((other, index) => (index === place ? next : other)))}
                    onDone={() => {
                      edit(undefined)
                      rowButton(place)
                    }}
                    onRemove={() => {
                      put(names.filter((_, index) => index !== place))
                      edit(undefined)
                      rowButton(Math.max(0, place - 1))
                    }}
                  />
                ) : (
                  <NameRow one={one} error={error} onOpen={() => open(place)} />
                )}
              </li>
            )
          })}
        </ul>
      )}
      {names.length > 0 && shown.length === 0 && (
        <p className="quiet" role="status">
          {n('findNone')}
        </p>
      )}
      {shown.length > most && (
        <Button size="compact-sm" variant="subtle" onClick={() => setMost(most + rowsAtATime)}>
          {n('more', { count: Math.min(rowsAtATime, shown.length - most), all: shown.length })}
        </Button>
      )}
      <NamesAdd
        names={names}
        room={room}
        onAdd={(next) => {
          put(next)
          edit(undefined)
        }}
      />
      <Group gap="xs">
        {names.length > 0 && <Copy value={tableOf(names.map(({ name, otherNames }) => [name, ...otherNames]))} label={n('copy')} />}
        <SureButton label={n('removeList')} sure={n('sure')} loading={false} onSure={onRemove} />
      </Group>
    </div>
  )
}

function NameRow({ one, error, onOpen }: { one: KnownName; error: string | undefined; onOpen: () => void }) {
  const { n } = useNameTexts()
  const name = one.name.trim() === '' ? n('unnamed') : one.name
  return (
    <>
      <button type="button" className="name-row" onClick={onOpen}>
        <span className="name-own">
          <VisuallyHidden component="span">{n('changeThis')} </VisuallyHidden>
          <bdi>{name}</bdi>
        </span>
        {one.otherNames.map((other, at) => (
          <span key={at} className="name-other" dir="auto">
            {other}
          </span>
        ))}
      </button>
      {error !== undefined && <p className="name-wrong">{error}</p>}
    </>
  )
}

interface NameFieldsProps {
  one: KnownName
  why: NameWrong | undefined
  error: string | undefined
  onChange: (next: KnownName) => void
  onDone: () => void
  onRemove: () => void
}

function NameFields({ one, why, error, onChange, onDone, onRemove }: NameFieldsProps) {
  const { n } = useNameTexts()
  const ofOthers = why === 'otherLong' || why === 'othersMany'
  return (
    <div
      className="name-fields"
      role="group"
      aria-label={n('change', { name: one.name })}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.nativeEvent.isComposing) return
        event.stopPropagation()
        onDone()
      }}
    >
      <TextInput
        label={n('name')}
        dir="auto"
        value={one.name}
        error={!ofOthers && error}
        onChange={(event) => onChange({ ...one, name: event.currentTarget.value })}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.nativeEvent.isComposing) onDone()
        }}
      />
      <TagsInput
        label={n('others')}
        description={n('othersHelp')}
        clearable={false}
        splitChars={[',', '，', '、', ';', '；', '|', '\t', '\n']}
        acceptValueOnBlur
        value={one.otherNames}
        error={ofOthers && error}
        onChange={(otherNames) => onChange({ ...one, otherNames })}
      />
      <Group gap="xs">
        <Button size="xs" variant="default" onClick={onDone}>
          {n('done')}
        </Button>
        <Button size="xs" variant="subtle" color="red" aria-label={n('remove', { name: one.name })} onClick={onRemove}>
          {n('removeName')}
        </Button>
      </Group>
    </div>
  )
}
