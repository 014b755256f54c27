import { expect, test } from 'vitest'
import { tableOf } from '../table_text'
import { faqsOf, rowsMax } from './faq_table'

test('questions, answers and further phrasings, with or without a heading line', () => {
  const text = 'question,answer,phrasings\r\nWhere is it?,"On its way, ""soon""",where|when\n\n怎么退货？,七天内可以\n'
  expect(faqsOf(text)).toEqual({
    rows: [
      { line: 2, question: 'Where is it?', answer: 'On its way, "soon"', phrasings: ['where', 'when'] },
      { line: 4, question: '怎么退货？', answer: '七天内可以', phrasings: [] },
    ],
    wrong: [],
  })
})

test('an answer may have lines of its own; the line told is where the row begins', () => {
  expect(faqsOf('a,"b\nc"\nd,e').rows).toEqual([
    { line: 1, question: 'a', answer: 'b\nc', phrasings: [] },
    { line: 3, question: 'd', answer: 'e', phrasings: [] },
  ])
})

test('cells beyond the third are further phrasings, as spreadsheets have them', () => {
  expect(faqsOf('a\tb\tc|d\te\tc').rows[0]?.phrasings).toEqual(['c', 'd', 'e'])
})

test('what cannot be taken is told with its line and reason, and nothing else is lost', () => {
  const { rows, wrong } = faqsOf(`a,1\n,2\nb\na,3\n${'汉'.repeat(400)},4\nc,5,${'x|'.repeat(3)}y\nd,"6`)
  expect(rows.map(({ question }) => question)).toEqual(['a', 'c'])
  expect(wrong.map(({ line, why }) => [line, why])).toEqual([
    [2, 'noQuestion'],
    [3, 'noAnswer'],
    [4, 'twice'],
    [5, 'questionLong'],
    [7, 'quote'],
  ])
})

test('no more than can be shown', () => {
  const { rows, wrong } = faqsOf(Array.from({ length: rowsMax + 1 }, (_, at) => `q${at},a`).join('\n'))
  expect([rows.length, wrong.map(({ why }) => why)]).toEqual([rowsMax, ['beyond']])
})

test('a table is read back as it was', () => {
  const cells = ['a "b"', 'c, d\ne', 'f|g']
  const [row] = faqsOf(tableOf([cells])).rows
  expect(row).toMatchObject({ question: cells[0], answer: cells[1], phrasings: ['f', 'g'] })
})
