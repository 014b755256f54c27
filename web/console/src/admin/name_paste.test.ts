import { expect, test } from 'vitest'
import { pasted } from './name_paste'

const names = (given: string, before: { name: string; otherNames: string[] }[] = []) => pasted(before, given, 100).names.map(({ name, otherNames }) => [name, ...otherNames])

test.each([
  ['commas', 'Lamp Pro, big lamp, LP\nChair', [['Lamp Pro', 'big lamp', 'LP'], ['Chair']]],
  ['Chinese commas, also among others', '台灯，桌灯、夜灯\n椅子,座椅', [['台灯', '桌灯', '夜灯'], ['椅子', '座椅']]],
  ['semicolons, in which a comma is none', 'Cable 1,5 m;short cable；cable', [['Cable 1,5 m', 'short cable', 'cable']]],
  ['a spreadsheet', '名称\t别名\nLamp, large\tbig lamp|huge lamp\t\n', [['Lamp, large', 'big lamp', 'huge lamp']]],
  ['a file with a heading', '\uFEFFname,other\r\n"Lamp, large",big\r\n', [['Lamp, large', 'big']]],
  ['inches', '19" monitor, screen\n21" monitor', [['19" monitor', 'screen'], ['21" monitor']]],
  ['the same line twice', 'Lamp, lamp, LAMP, a\nlamp, b', [['Lamp', 'a', 'b']]],
] as const)('names are parted by %s', (_, given, expected) => {
  expect(names(given)).toEqual(expected)
})

test('what is there gets the further spellings, and it is told what came of each line', () => {
  const before = [{ name: 'Lamp', otherNames: ['light'] }, { name: 'Chair', otherNames: [] }]
  const result = pasted(before, 'lamp, Light, lantern\nCHAIR\nTable, desk\ntable, board\n, x\n"open', 100)
  expect(result.names).toEqual([{ name: 'Lamp', otherNames: ['light', 'lantern'] }, { name: 'Chair', otherNames: [] }, { name: 'Table', otherNames: ['desk', 'board'] }])
  expect([result.added, result.extended, result.known]).toEqual([1, 1, 1])
  expect(result.wrong.map(({ line, why }) => [line, why])).toEqual([[5, 'noName'], [6, 'quote']])
  expect(before[0]?.otherNames).toEqual(['light'])
})

test('what is too long or too much is not taken, and the rest is', () => {
  const others = Array.from({ length: 21 }, (_, at) => `o${at}`).join(',')
  const { names: taken, wrong } = pasted([{ name: 'a', otherNames: [] }], `${'汉'.repeat(67)}\nb,${others}\na,x\nc\nd\ne`, 2)
  expect(taken.map(({ name }) => name)).toEqual(['a', 'c', 'd'])
  expect(wrong.map(({ line, why }) => [line, why])).toEqual([[1, 'long'], [2, 'othersMany'], [6, 'full']])
})
