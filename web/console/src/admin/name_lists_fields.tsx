// A site's own names: its lists, how much of them there may be, and what of them is recognised in a sentence.
import { Button, Stack } from '@mantine/core'
import { IconChevronDown, IconChevronRight, IconPlus } from '@tabler/icons-react'
import type { NameList } from '@weikeyi/sdk/json'
import { useEffect, useMemo, useRef, useState } from 'react'
import { bytes as bytesText } from '../format'
import { clashesOf, countsOf, listsBytesMax, listsMax, namesMax, tooMuch, wrongListName, wrongNames } from './name_lists'
import { NameListEditor } from './name_list_editor'
import { NamesTry } from './names_try'
import { useNameTexts } from './name_texts'
import { Quiet, Section } from './parts'

const clashesShown = 3

interface Fields {
  siteId: string
  lists: readonly NameList[]
  /** As the server has them: only these are tried. */
  stored: readonly NameList[]
  onChange: (lists: NameList[]) => void
  /** What the server said of them. */
  refused: string | undefined
}

export function NameListsFields({ siteId, lists, stored, onChange, refused }: Fields) {
  const { n } = useNameTexts()
  const [open, setOpen] = useState<number>()
  const body = useRef<HTMLDivElement>(null)
  const { names, bytes } = useMemo(() => countsOf(lists), [lists])
  const much = tooMuch(lists)
  // What the server gave back may be the same in another object.
  const changed = useMemo(() => lists !== stored && JSON.stringify(lists) !== JSON.stringify(stored), [lists, stored])
  useEffect(() => {
    if (refused === undefined) return
    // The button that saves is far below: one sees what it is about.
    const named = /^list '([^']*)'/.exec(refused)?.[1]
    const at = lists.findIndex(({ name }) => name === named)
    if (at >= 0) setOpen(at)
    body.current?.querySelector('.names-refused')?.scrollIntoView({ block: 'center' })
    // When the server has answered, not when the form changes.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [refused])
  const change = (at: number, list: NameList): void => onChange(lists.map((one, other) => (other === at ? list : one)))
  const add = (): void => {
    onChange([...lists, { name: '', names: [] }])
    setOpen(lists.length)
    requestAnimationFrame(() => body.current?.querySelector<HTMLElement>('.name-list.open input')?.focus())
  }
  const remove = (at: number): void => {
    onChange(lists.filter((_, other) => other !== at))
    setOpen(undefined)
    // The list that had the focus is gone.
    requestAnimationFrame(() => body.current?.querySelector<HTMLElement>('.name-list-add')?.focus())
  }
  return (
    <Section title={n('section')} help={n('help')}>
      <div
        ref={body}
        className="name-lists"
        onKeyDown={(event) => {
          // Enter in a field is the field's own: the site is saved by its button.
          if (event.key === 'Enter' && event.target instanceof HTMLInputElement) event.preventDefault()
        }}
      >
        {lists.length === 0 ? (
          <Quiet>{n('none')}</Quiet>
        ) : (
          <ul className="name-list-all">
            {lists.map((list, at) => (
              <li key={at} className={open === at ? 'name-list open' : 'name-list'}>
                <Head list={list} wrong={(wrongListName(lists, at) === undefined ? 0 : 1) + wrongNames(list.names).size} open={open === at} onToggle={() => setOpen(open === at ? undefined : at)} />
                {open === at && <NameListEditor lists={lists} at={at} room={namesMax - names} onChange={(next) => change(at, next)} onRemove={() => remove(at)} />}
              </li>
            ))}
          </ul>
        )}
        <Stack gap={4} align="flex-start">
          <Button size="compact-sm" variant="default" className="name-list-add" leftSection={<IconPlus size={14} />} disabled={lists.length >= listsMax} onClick={add}>
            {n('addList')}
          </Button>
          {lists.length > 0 && <Quiet>{n('counts', { names, lists: lists.length, most: namesMax })}</Quiet>}
        </Stack>
        {much !== undefined && <Wrong>{much === 'lists' ? n('lists', { most: listsMax }) : much === 'names' ? n('namesMany', { most: namesMax }) : n('bytes', { bytes: bytesText(bytes), most: bytesText(listsBytesMax) })}</Wrong>}
        {refused !== undefined && (
          <p className="name-wrong names-refused" role="alert">
            {refused}
          </p>
        )}
        <Clashes lists={lists} />
        {stored.some((list) => list.names.length > 0) && <NamesTry siteId={siteId} lists={stored} changed={changed} />}
      </div>
    </Section>
  )
}

function Head({ list, wrong, open, onToggle }: { list: NameList; wrong: number; open: boolean; onToggle: () => void }) {
  const { n } = useNameTexts()
  const Chevron = open ? IconChevronDown : IconChevronRight
  return (
    <button type="button" className="name-list-head" aria-expanded={open} onClick={onToggle}>
      <Chevron size={16} aria-hidden />
      <span className={list.name === '' ? 'name-list-name quiet' : 'name-list-name'}>{list.name === '' ? n('unnamed') : list.name}</span>
      <span className="quiet">{list.names.length === 1 ? n('countOne') : n('count', { count: list.names.length })}</span>
      {wrong > 0 && <span className="name-wrong">{n('problems', { count: wrong })}</span>}
    </button>
  )
}

const Wrong = ({ children }: { children: string }) => (
  <p className="name-wrong" role="alert">
    {children}
  </p>
)

function Clashes({ lists }: { lists: readonly NameList[] }) {
  const { n, language } = useNameTexts()
  const clashes = useMemo(() => clashesOf(lists), [lists])
  if (clashes.length === 0) return null
  const both = new Intl.ListFormat(language)
  return (
    <ul className="name-clashes">
      {clashes.slice(0, clashesShown).map(({ spelling, names }) => (
        <li key={spelling} dir="auto">
          {n(names.every(({ list }) => list === names[0]?.list) ? 'clash' : 'clashLists', { spelling, names: both.format(names.map(({ list, name }) => n('clashName', { list: list === '' ? n('unnamed') : list, name }))) })}
        </li>
      ))}
      {clashes.length > clashesShown && <li>{n('clashMore', { count: clashes.length - clashesShown })}</li>}
    </ul>
  )
}
