// Questions and answers out of pasted text or a file: comma, semicolon or tab between question, answer and further phrasings. Pure.
import { plainLines, recordsOf, separatorOf } from '../table_text'
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

const headings = /^(question|questions|q|title|问题|标题|提问)$/i

export function faqsOf(given: string): { rows: FaqRow[]; wrong: WrongRow[] } {
  const text = plainLines(given)
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
