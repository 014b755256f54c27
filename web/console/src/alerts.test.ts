import { ActorKind, ConversationState, HolderKind } from '@weikeyi/sdk/wire/event'
import { ConversationSummary } from '@weikeyi/sdk/json'
import { describe, expect, it } from 'vitest'
import { isNews, storedAlerts } from './alert_rules'

const written = (over: Partial<ConversationSummary> = {}): ConversationSummary =>
  ConversationSummary.fromPartial({
    id: '1',
    lastSeq: 5,
    unread: 1,
    state: ConversationState.OPEN,
    holder: { kind: HolderKind.QUEUE, agentId: '0', agentName: '', teamId: '0' },
    lastMessage: { seq: 5, timeMs: 1, actorKind: ActorKind.VISITOR, actorName: '', text: 'hi', note: false },
    ...over,
  })

describe('an alert', () => {
  it('sounds for a visitor’s new word in the queue or with oneself', () => {
    expect(isNews(written(), 4, '7')).toBe(true)
    expect(isNews(written({ holder: { kind: HolderKind.AGENT, agentId: '7', agentName: '', teamId: '0' } }), 4, '7')).toBe(true)
  })
  it('does not sound twice, for a colleague’s conversation, or for what another tab has read', () => {
    expect(isNews(written(), 5, '7')).toBe(false)
    expect(isNews(written({ holder: { kind: HolderKind.AGENT, agentId: '8', agentName: '', teamId: '0' } }), 4, '7')).toBe(false)
    expect(isNews(written({ unread: 0 }), 4, '7')).toBe(false)
  })
  it('is off until it is asked for', () => {
    expect(storedAlerts(null)).toEqual({ sound: false, desktop: false })
    expect(storedAlerts('sound ')).toEqual({ sound: true, desktop: false })
  })
})
