import { HolderKind } from '@weikeyi/sdk/json/event'
import { expect, test } from 'vitest'
import { holderName } from './holder'

const holder = (kind: HolderKind, agentId = '0', agentName = '') => ({ kind, agentId, agentName, teamId: '0' })

test('says who has a conversation: an agent, oneself, the AI agent, or nobody yet', () => {
  const name = (of: ReturnType<typeof holder> | undefined): string => holderName(of, '2', (key) => key)
  expect(name(holder(HolderKind.AGENT, '3', 'Lin'))).toBe('Lin')
  expect(name(holder(HolderKind.AGENT, '2', 'Ben'))).toBe('you')
  expect(name(holder(HolderKind.BOT))).toBe('aiAgent')
  expect(name(holder(HolderKind.QUEUE))).toBe('')
  expect(name(undefined)).toBe('')
})
