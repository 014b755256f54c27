import { KnowledgeGap, KnowledgeKind } from '@weikeyi/sdk/json'
import { expect, test } from 'vitest'
import { titleBytesMax, wrongIn } from './entry_form'
import { formOfGap } from './gaps_page'

test('a gap is an entry that lacks nothing but its answer', () => {
  const gap = KnowledgeGap.fromPartial({ question: 'Do you sell\n gift cards?', phrasings: ['Do you sell\n gift cards?', 'gift cards', 'gift cards', ' ', 'x'.repeat(titleBytesMax + 1)] })
  const form = formOfGap(gap, '')
  expect(form).toMatchObject({ kind: KnowledgeKind.FAQ, siteId: '0', title: 'Do you sell gift cards?', phrasings: ['gift cards'] })
  expect(wrongIn(form)).toEqual({ body: 'empty' })
  expect(formOfGap(KnowledgeGap.fromPartial({ question: 'a', phrasings: ['a'] }), '7')).toMatchObject({ siteId: '7', phrasings: [''] })
})
