import { Site } from '@weikeyi/sdk/json'
import { expect, test } from 'vitest'
import { nameListsOf } from './name_lists_of'

const site = (id: string, ...lists: string[]) => Site.fromPartial({ id, bot: { nameLists: lists.map((name) => ({ name, names: [] })) } })
const sites = [site('1', 'product', 'branch'), site('2', 'product'), Site.fromPartial({ id: '3' })]

test('a flow of one site asks for its lists, one of every site for those of any', () => {
  expect(nameListsOf(sites, '1')).toEqual({ ofSite: true, names: ['product', 'branch'] })
  expect(nameListsOf(sites, '3')).toEqual({ ofSite: true, names: [] })
  expect(nameListsOf(sites, '0')).toEqual({ ofSite: false, names: ['product', 'branch'] })
})

test('while the sites are not known nothing is said of their lists', () => {
  expect([nameListsOf([], '0').names, nameListsOf([], '1').names]).toEqual([undefined, undefined])
})
