import { ConversationState, HolderKind } from '@weikeyi/sdk/wire/event'
import { ConversationSummary } from '@weikeyi/sdk/json'
import { expect, test } from 'vitest'
import { listed, merge, withPresence } from './board'

function summary(id: string, lastSeq: number, changes: Partial<ConversationSummary> = {}): ConversationSummary {
  return ConversationSummary.fromPartial({ id, lastSeq, state: ConversationState.OPEN, holder: { kind: HolderKind.QUEUE }, ...changes })
}

test('an older picture never replaces a newer one', () => {
  const board = merge(new Map(), [summary('1', 5, { unread: 1 })])
  expect(merge(board, [summary('1', 4)])).toBe(board)
  expect(merge(board, [summary('1', 6, { unread: 2 })]).get('1')?.unread).toBe(2)
})

test('a conversation leaves "mine" when it is transferred', () => {
  const mine = summary('1', 3, { holder: { kind: HolderKind.AGENT, agentId: '7', agentName: 'Lin', teamId: '0' } })
  let board = merge(new Map(), [mine])
  expect(listed(board, 'mine', 'open', '7')).toHaveLength(1)
  board = merge(board, [summary('1', 4, { holder: { kind: HolderKind.AGENT, agentId: '8', agentName: 'Omar', teamId: '0' } })])
  expect(listed(board, 'mine', 'open', '7')).toHaveLength(0)
  expect(listed(board, 'all', '', '7')).toHaveLength(1)
})

test('the queue shows who waits longest first', () => {
  const board = merge(new Map(), [summary('1', 2, { waitingSinceMs: 200 }), summary('2', 2, { waitingSinceMs: 100 }), summary('3', 2)])
  expect(listed(board, 'queue', 'open', '7').map((row) => row.id)).toEqual(['2', '1', '3'])
})

test('what the AI agent holds is a list of its own, until somebody takes it', () => {
  const board = merge(new Map(), [summary('1', 2, { holder: { kind: HolderKind.BOT, agentId: '0', agentName: '', teamId: '0' } }), summary('2', 2)])
  expect(listed(board, 'bot', 'open', '7').map((row) => row.id)).toEqual(['1'])
  expect(listed(board, 'queue', 'open', '7').map((row) => row.id)).toEqual(['2'])
  const taken = merge(board, [summary('1', 3, { holder: { kind: HolderKind.AGENT, agentId: '7', agentName: 'Lin', teamId: '0' } })])
  expect(listed(taken, 'bot', 'open', '7')).toEqual([])
})

test('visitors come and go in rows that are here, and nowhere else', () => {
  const board = merge(new Map(), [summary('1', 5), summary('2', 5, { visitorOnline: true })])
  expect(withPresence(board, ['2', '3'], [])).toBe(board)
  const next = withPresence(board, ['1'], ['2'])
  expect(next.get('1')?.visitorOnline).toBe(true)
  expect(next.get('2')?.visitorOnline).toBe(false)
  expect(next.has('3')).toBe(false)
})
