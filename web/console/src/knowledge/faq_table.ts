// Questions and answers out of pasted text or a file: comma, semicolon or tab between question, answer and further phrasings. Pure.
import { bodyBytesMax, bytesOf, phrasingsMax, titleBytesMax } from './entry_form'

export interface FaqRow {
  line: number
  question: string
  answer: string
  phrasings: string[]
}

export type RowWrong = 'noQuestion' | 'noAnswer' | 'questionLong' | 'answerLong' | 'phrasingLong' | 'phrasingsMany' | 'twice' | 'quote' | 'beyond'

export interface WrongRow {
  line: number
  cells: readonly string[]
  why: RowWrong
}

/** More at a time are refused: a page has to hold and show them. */
export const rowsMax = 2_000

type Separator = ',' | ';' | '\t'

/** By the first line that has any, quoted text apart. A table copied out of a spreadsheet has tabs. */
export function separatorOf(text: string): Separator {
  const plain = text.replace(/"(?:[^"]|"")*"/g, '')
  for (const line of plain.split('\n')) {
    if (line.includes('\t')) return '\t'
    const [commas, semicolons] = [line.split(',').length, line.split(';').length]
    if (commas + semicolons > 2) return semicolons > commas ? ';' : ','
  }
  return ','
}

interface TableRecord {
  line: number
  cells: string[]
  /** A quotation mark that is never closed. */
  open: boolean
}

/** RFC 4180: a cell in quotation marks may hold the separator, line breaks, and quotation marks doubled. */
export function recordsOf(text: string, separator: Separator): TableRecord[] {
  const records: TableRecord[] = []
  let cells: string[] = []
  let cell = ''
  let quoted = false
  let line = 1
  let begun = 1
  const endCell = (): void => {
    cells.push(cell.trim())
    cell = ''
  }
  const endRecord = (open: boolean): void => {
    endCell()
    if (cells.some((one) => one !== '')) records.push({ line: begun, cells, open })
    cells = []
    begun = line
  }
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at] ?? ''
    if (letter === '\n') line += 1
    if (quoted) {
      if (letter !== '"') cell += letter
      else if (text[at + 1] === '"') {
        cell += letter
        at += 1
      } else quoted = false
    } else if (letter === '"' && cell.trim() === '') {
      quoted = true
      cell = ''
    } else if (letter === separator) endCell()
    else if (letter === '\n') endRecord(false)
    else cell += letter
  }
  endRecord(quoted)
  return records
}

const headings = /^(question|questions|q|title|问题|标题|提问)$/i

export function faqsOf(given: string): { rows: FaqRow[]; wrong: WrongRow[] } {
  const text = given.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n')
  const records = recordsOf(text, separatorOf(text))
  const rows: FaqRow[] = []
  const wrong: WrongRow[] = []
  const asked = new Set<string>()
  records.forEach(({ line, cells, open }, at) => {
    const [question = '', answer = '', ...more] = cells
    if (at === 0 && headings.test(question)) return
    // Spreadsheets have one phrasing in each further cell; both ways may be mixed.
    const phrasings = [...new Set(more.flatMap((cell) => cell.split('|')).map((phrasing) => phrasing.trim()))].filter((phrasing) => phrasing !== '' && phrasing !== question)
    const why = open ? 'quote' : whyNot(question, answer, phrasings, asked, rows.length)
    if (why !== undefined) wrong.push({ line, cells, why })
    else {
      asked.add(question)
      rows.push({ line, question, answer, phrasings })
    }
  })
  return { rows, wrong }
}

function whyNot(question: string, answer: string, phrasings: readonly string[], asked: ReadonlySet<string>, taken: number): RowWrong | undefined {
  if (question === '') return 'noQuestion'
  if (answer === '') return 'noAnswer'
  if (bytesOf(question) > titleBytesMax) return 'questionLong'
  if (bytesOf(answer) > bodyBytesMax) return 'answerLong'
  if (phrasings.length > phrasingsMax) return 'phrasingsMany'
  if (phrasings.some((phrasing) => bytesOf(phrasing) > titleBytesMax)) return 'phrasingLong'
  if (asked.has(question)) return 'twice'
  return taken >= rowsMax ? 'beyond' : undefined
}

const quoted = (cell: string): string => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)

/** Back to text, so that what was refused can be mended and imported again. */
export const tableOf = (rows: readonly (readonly string[])[]): string => rows.map((cells) => cells.map(quoted).join(',')).join('\n')

/** Spreadsheets in China save GB 18030, elsewhere UTF-16 or UTF-8. */
export function decoded(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('gb18030').decode(bytes)
  }
}
