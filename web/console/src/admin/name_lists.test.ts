import { expect, test } from 'vitest'
import { clashesOf, countsOf, folded, found, listsMax, namesMax, tidied, tooMuch, validLists, wrongListName, wrongNames } from './name_lists'

const list = (name: string, ...names: [string, ...string[]][]) => ({ name, names: names.map(([one, ...otherNames]) => ({ name: one, otherNames })) })

test('a list is called by letters, digits, - and _, by a name of its own', () => {
  const lists = ['product', 'Plan_2', '', '产品', 'my list', 'phone', 'product', 'x'.repeat(41)].map((name) => list(name))
  expect(lists.map((_, at) => wrongListName(lists, at))).toEqual([undefined, undefined, 'empty', 'form', 'form', 'builtIn', 'twice', 'form'])
})

test('what is wrong with a name is told at its place', () => {
  const { names } = list('product', ['Lamp'], ['  '], [' Lamp\u3000'], ['汉'.repeat(67)], ['Chair', '汉'.repeat(67)], ['Table', ...Array.from({ length: 21 }, (_, at) => `t${at}`)])
  expect([...wrongNames(names)]).toEqual([[1, 'empty'], [2, 'twice'], [3, 'long'], [4, 'otherLong'], [5, 'othersMany']])
})

test('what is sent has no blanks around it and says nothing twice', () => {
  expect(tidied([list('product', [' Lamp ', 'lamp', ' big\n lamp', 'Big lamp', 'ＢＩＧ lamp', ''])])).toEqual([list('product', ['Lamp', 'big lamp'])])
})

test('more than the server takes holds the form back', () => {
  const many = (count: number) => list('a', ...Array.from({ length: count }, (_, at): [string] => [`n${at}`]))
  expect([tooMuch([many(namesMax)]), tooMuch([many(namesMax), list('b', ['x'])])]).toEqual([undefined, 'names'])
  expect(tooMuch(Array.from({ length: listsMax + 1 }, (_, at) => list(`l${at}`)))).toBe('lists')
  expect(tooMuch([list('a', ...Array.from({ length: 500 }, (_, at): [string, string] => [`${at}`, '汉'.repeat(200)]))])).toBe('bytes')
  expect(countsOf([many(3), many(2)]).names).toBe(5)
  expect([validLists([]), validLists([list('a', ['x'])]), validLists([list('a', ['x'], ['x '])]), validLists([list('', ['x'])])]).toEqual([true, true, false, false])
})

test('a spelling of two names is told with both, across lists; twice within one name is none', () => {
  const lists = [list('product', ['Lamp Pro', 'lamp'], ['Lamp Mini', 'LAMP', 'Lamp Mini']), list('branch', ['Paris'], ['Lyon', 'lamp'])]
  expect(clashesOf(lists)).toEqual([{ spelling: 'lamp', names: [{ list: 'product', name: 'Lamp Pro' }, { list: 'product', name: 'Lamp Mini' }, { list: 'branch', name: 'Lyon' }] }])
})

test('a name is found by any of its spellings', () => {
  const { names } = list('product', ['台灯', 'Table lamp'], ['Chair'], ['LAMP Pro'])
  expect([found(names, 'lamp'), found(names, '台'), found(names, ' '), found(names, 'sofa')]).toEqual([[0, 2], [0], [0, 1, 2], []])
})

test('capitals, width, blanks and sharp s make no other name', () => {
  expect(['ＬＡＭＰ  Pro', 'lamp pro ', 'Straße', 'STRASSE'].map(folded)).toEqual(['lamp pro', 'lamp pro', 'strasse', 'strasse'])
})
