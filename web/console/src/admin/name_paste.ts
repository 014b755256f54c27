// Many names at once, pasted or out of a file: one a line, other spellings behind it. Pure.
import type { KnownName } from '@weikeyi/sdk/json'
import { bytesOf } from '../knowledge/entry_form'
import { plainLines, recordsOf, separatorOf, type Separator } from '../table_text'
import { folded, nameBytesMax, oneLine, otherNamesMax } from './name_lists'

export type LineWrong = 'noName' | 'long' | 'othersMany' | 'quote' | 'full'

export interface WrongLine {
  line: number
  cells: readonly string[]
  why: LineWrong
}

export interface Pasted {
  /** The list as it is with them. */
  names: KnownName[]
  added: number
  /** Names that were there and got further spellings. */
  extended: number
  /** Nothing new in them. */
  known: number
  wrong: WrongLine[]
}

const headings = /^(names?|名称|名字)$/i
/** A comma is often typed as the Chinese one. */
const alike: Record<Separator, string> = { ',': ',，、', ';': ';；', '\t': '\t' }

/** `room`: so many more names may be added. */
export function pasted(before: readonly KnownName[], given: string, room: number): Pasted {
  const text = plainLines(given)
  const separators = alike[separatorOf(text.replace(/[，、]/g, ',').replaceAll('；', ';'))]
  const names = [...before]
  const places = new Map(names.map(({ name }, at) => [folded(name), at]))
  const result = { added: 0, extended: 0, known: 0 }
  const extended = new Set<number>()
  const wrong: WrongLine[] = []
  recordsOf(text, separators).forEach(({ line, cells, open }, row) => {
    const [name = '', ...more] = cells.map(oneLine)
    if (row === 0 && headings.test(name)) return
    const at = places.get(folded(name))
    const old = at === undefined ? undefined : names[at]
    const otherNames = spellings(old?.name ?? name, [...(old?.otherNames ?? []), ...more.flatMap((cell) => cell.split('|'))])
    const why = open ? 'quote' : whyNot(name, otherNames, old === undefined && result.added >= room)
    if (why !== undefined) wrong.push({ line, cells, why })
    else if (at === undefined || old === undefined) {
      places.set(folded(name), names.length)
      names.push({ name, otherNames })
      result.added += 1
    } else if (otherNames.length > old.otherNames.length) {
      names[at] = { name: old.name, otherNames }
      // One that this very text brought is new, however many lines it has.
      if (at < before.length) extended.add(at)
    } else result.known += 1
  })
  return { names, ...result, extended: extended.size, wrong }
}

function spellings(name: string, given: readonly string[]): string[] {
  const seen = new Set([folded(name)])
  return given.map(oneLine).filter((one) => one !== '' && !seen.has(folded(one)) && seen.add(folded(one)))
}

function whyNot(name: string, otherNames: readonly string[], full: boolean): LineWrong | undefined {
  if (name === '') return 'noName'
  if ([name, ...otherNames].some((one) => bytesOf(one) > nameBytesMax)) return 'long'
  if (otherNames.length > otherNamesMax) return 'othersMany'
  return full ? 'full' : undefined
}
