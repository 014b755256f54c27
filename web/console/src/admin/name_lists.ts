// Lists of a site's own names as the form holds them: what is wrong with them, what stands twice, how many there are. Pure.
import type { KnownName, NameList } from '@weikeyi/sdk/json'
import { bytesOf } from '../knowledge/entry_form'

/** The same bounds as the server's (core/model/limits.hpp); the server's answer decides. */
export const listsMax = 20
/** Of all lists together. */
export const namesMax = 2_000
export const otherNamesMax = 20
export const nameBytesMax = 200
/** Of all lists together: a site's settings are one request, of 256 KB (api/limits.hpp). */
export const listsBytesMax = 220_000

/** A name is one line. */
// eslint-disable-next-line no-control-regex
export const oneLine = (text: string): string => text.replace(/[\u0000-\u0020\u00a0\u3000]+/g, ' ').trim()

/** As the engine compares them: capitals, width and blanks make no other name. */
export const folded = (text: string): string => oneLine(text.normalize('NFKC').toUpperCase().toLowerCase())

/** What is recognised without any list; a list of this name could not be told from it. */
const builtIn = new Set(['order_number', 'phone', 'email', 'date', 'money'])

export const isListName = (name: string): boolean => /^[A-Za-z0-9_-]{1,40}$/.test(name)

export type ListNameWrong = 'empty' | 'form' | 'twice' | 'builtIn'
export function wrongListName(lists: readonly NameList[], at: number): ListNameWrong | undefined {
  const name = lists[at]?.name ?? ''
  if (name === '') return 'empty'
  if (!isListName(name)) return 'form'
  if (builtIn.has(name)) return 'builtIn'
  return lists.findIndex((one) => one.name === name) < at ? 'twice' : undefined
}

export type NameWrong = 'empty' | 'long' | 'twice' | 'otherLong' | 'othersMany'
/** By place; of two that are the same the later is wrong. */
export function wrongNames(names: readonly KnownName[]): ReadonlyMap<number, NameWrong> {
  const wrong = new Map<number, NameWrong>()
  const seen = new Set<string>()
  names.forEach(({ name, otherNames }, at) => {
    const key = oneLine(name)
    const why = key === '' ? 'empty' : bytesOf(name) > nameBytesMax ? 'long' : seen.has(key) ? 'twice' : otherNames.length > otherNamesMax ? 'othersMany' : otherNames.some((other) => bytesOf(other) > nameBytesMax) ? 'otherLong' : undefined
    seen.add(key)
    if (why !== undefined) wrong.set(at, why)
  })
  return wrong
}

/** As they are sent: without blanks around, and nothing said twice. */
export const tidied = (lists: readonly NameList[]): NameList[] =>
  lists.map(({ name, names }) => ({
    name,
    names: names.map((one) => {
      const own = oneLine(one.name)
      const seen = new Set([folded(own)])
      return { name: own, otherNames: one.otherNames.map(oneLine).filter((other) => other !== '' && !seen.has(folded(other)) && seen.add(folded(other))) }
    }),
  }))

export interface Counts {
  names: number
  bytes: number
}
export function countsOf(lists: readonly NameList[]): Counts {
  const names = lists.flatMap((list) => list.names)
  // What JSON puts around each.
  const bytes = names.reduce((sum, { name, otherNames }) => sum + bytesOf(name) + 30 + otherNames.reduce((more, other) => more + bytesOf(other) + 3, 0), 0)
  return { names: names.length, bytes }
}

export type ListsWrong = 'lists' | 'names' | 'bytes'
/** Too much of it altogether. */
export function tooMuch(lists: readonly NameList[]): ListsWrong | undefined {
  const { names, bytes } = countsOf(lists)
  return lists.length > listsMax ? 'lists' : names > namesMax ? 'names' : bytes > listsBytesMax ? 'bytes' : undefined
}

export const validLists = (lists: readonly NameList[]): boolean =>
  tooMuch(lists) === undefined && lists.every(({ names }, at) => wrongListName(lists, at) === undefined && wrongNames(names).size === 0)

export interface Clash {
  /** As it is written where it is recognised. */
  spelling: string
  /** The first one is recognised. */
  names: readonly { list: string; name: string }[]
}
/** Spellings that stand for more than one name. */
export function clashesOf(lists: readonly NameList[]): Clash[] {
  const owners = new Map<string, { spelling: string; names: { list: string; name: string }[] }>()
  for (const list of lists) {
    for (const { name, otherNames } of list.names) {
      for (const key of new Set([name, ...otherNames].map(folded))) {
        if (key === '') continue
        const spelling = [name, ...otherNames].find((one) => folded(one) === key) ?? name
        const known = owners.get(key)
        if (known === undefined) owners.set(key, { spelling, names: [{ list: list.name, name }] })
        else known.names.push({ list: list.name, name })
      }
    }
  }
  return [...owners.values()].filter(({ names }) => names.length > 1)
}

/** Places of the names that have this in them, also in another spelling. */
export function found(names: readonly KnownName[], typed: string): number[] {
  const wanted = folded(typed)
  return names.flatMap(({ name, otherNames }, at) => (wanted === '' || [name, ...otherNames].some((one) => folded(one).includes(wanted)) ? [at] : []))
}
