import { ConversationState, HolderKind } from '@weikeyi/sdk/wire/event'
import { ConversationSummary } from '@weikeyi/sdk/json'
import { describe, expect, it, vi } from 'vitest'
import { trim, unreadFor } from './board'
import { LiveBoard } from './live_board'

const queue = { kind: HolderKind.QUEUE, agentId: '0', agentName: '', teamId: '0' }
const mine = { kind: HolderKind.AGENT, agentId: '7', agentName: 'Me', teamId: '0' }
const summary = (id: string, lastSeq: number, over: Partial<ConversationSummary> = {}): ConversationSummary =>
  ConversationSummary.fromPartial({ id, lastSeq, state: ConversationState.OPEN, holder: queue, ...over })

describe('the live board', () => {
  it('tells its readers of what is new and not of what is older', () => {
    const board = new LiveBoard()
    const heard = vi.fn()
    board.subscribe(heard)
    board.take([summary('1', 5)])
    board.take([summary('1', 4)])
    expect(heard).toHaveBeenCalledTimes(1)
    expect(board.snapshot().get('1')?.lastSeq).toBe(5)
  })

  it('gives the same picture until something changes, so that React does not run in circles', () => {
    const board = new LiveBoard()
    board.take([summary('1', 1)])
    board.wish('1', { state: ConversationState.RESOLVED })
    expect(board.snapshot()).toBe(board.snapshot())
  })

  it('shows a wish at once and takes it back', () => {
    const board = new LiveBoard()
    board.take([summary('1', 1)])
    const over = board.wish('1', { holder: mine })
    expect(board.snapshot().get('1')?.holder).toEqual(mine)
    over()
    expect(board.snapshot().get('1')?.holder).toEqual(queue)
  })

  it('keeps the later of two wishes when the earlier one is answered', () => {
    const board = new LiveBoard()
    board.take([summary('1', 1)])
    const first = board.wish('1', { holder: mine })
    board.wish('1', { state: ConversationState.RESOLVED })
    first()
    expect(board.snapshot().get('1')).toMatchObject({ holder: mine, state: ConversationState.RESOLVED })
  })

  it('forgets everything on reset', () => {
    const board = new LiveBoard()
    board.take([summary('1', 9)])
    board.reset()
    board.take([summary('1', 3)])
    expect(board.snapshot().get('1')?.lastSeq).toBe(3)
  })

  it('lets go of those that changed longest ago', () => {
    const all = new Map([1, 2, 3].map((at) => [String(at), summary(String(at), 1, { updatedMs: at })]))
    expect([...trim(all, 2).keys()].sort()).toEqual(['2', '3'])
  })
})

it('counts as unread what is open and one’s own or nobody’s', () => {
  const board = new Map(
    [
      summary('1', 1, { unread: 2 }),
      summary('2', 1, { unread: 1, holder: mine }),
      summary('3', 1, { unread: 4, holder: { ...mine, agentId: '8' } }),
      summary('4', 1, { unread: 1, state: ConversationState.RESOLVED }),
      summary('5', 1),
    ].map((one) => [one.id, one]),
  )
  expect(unreadFor(board, '7')).toBe(2)
})
