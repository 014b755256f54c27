import type { BotTool } from '@weikeyi/sdk/json'
import { expect, test } from 'vitest'
import { problemsOf } from './flow_check'
import { templatesIn } from './flow_templates'

const tool: BotTool = { name: 'order_status', description: '', siteIds: [], arguments: [{ name: 'number', description: '', type: 'string', oneOf: [] }] }

test.each(['en', 'zh-CN'] as const)('every template can be saved as it is, in %s', (language) => {
  for (const template of templatesIn(language, [tool])) {
    expect(problemsOf(template.steps, { tools: [tool], nameLists: [] }), template.id).toEqual([])
    expect([template.question === '', template.phrasings.length >= 3]).toEqual([false, true])
  }
})

test('without a tool the one that looks something up says that it is missing, and nothing else', () => {
  const wrong = templatesIn('en', []).flatMap(({ id, steps }) => problemsOf(steps, { tools: [], nameLists: [] }).map(({ field, code }) => `${id} ${field} ${code}`))
  expect(wrong).toEqual(['order tool empty'])
})
