import type { ConversationView } from '@weikeyi/sdk'
import { Agent, Presence } from '@weikeyi/sdk/json'
import { type Actor, ActorKind, ConversationState, Event, HolderKind, HolderReason } from '@weikeyi/sdk/json/event'
import { describe, expect, it } from 'vitest'
import { fill } from '../i18n'
import { en } from '../i18n_en'
import { inOrder } from './agent_order'
import { describe as line } from './describe'
import { draftOf, keepDraft } from './draft'
import { morningAfter } from './snooze'
import { openSeq } from './suggested'
import { timeline } from './timeline'

const noon = new Date(2026, 10, 24, 12).getTime()
const visitor = { kind: ActorKind.VISITOR, id: '1', name: 'Ann' }
const agent = { kind: ActorKind.AGENT, id: '2', name: 'Ben' }
const said = (seq: number, text: string, actor: Actor = visitor, timeMs = noon + seq * 1000): Event =>
  Event.fromPartial({ seq, timeMs, actor, body: { $case: 'message', value: { text, attachments: [], replyToSeq: 0 } } })
const viewOf = (events: Event[]): ConversationView => ({ events, pending: [] }) as unknown as ConversationView
const t = (key: keyof typeof en, values?: Record<string, string | number>): string => fill(en[key], values)

describe('the timeline', () => {
  it('groups bubbles of one sender within five minutes', () => {
    const events = [said(1, 'a'), said(2, 'b'), said(3, 'c', agent), said(4, 'd', agent, noon + 600_000)]
    const bubbles = timeline(viewOf(events), 0).flatMap((item) => (item.kind === 'bubble' ? [[item.text, item.first, item.last]] : []))
    expect(bubbles).toEqual([
      ['a', true, false],
      ['b', false, true],
      ['c', true, true],
      ['d', true, true],
    ])
  })

  it('puts a line where reading had stopped, before the visitor’s next word', () => {
    const kinds = timeline(viewOf([said(1, 'a'), said(2, 'b', agent), said(3, 'c'), said(4, 'd')]), 2).map((item) => item.kind)
    expect(kinds).toEqual(['day', 'bubble', 'bubble', 'new', 'bubble', 'bubble'])
  })

  it('separates days and says nothing of what was seen', () => {
    const events = [said(1, 'a', visitor, noon - 86_400_000), Event.fromPartial({ seq: 2, timeMs: noon, actor: agent, body: { $case: 'seen', value: { throughSeq: 1 } } }), said(3, 'b')]
    expect(timeline(viewOf(events), 0).map((item) => item.kind)).toEqual(['day', 'bubble', 'day', 'bubble'])
  })
})

describe('the message that waits for an answer', () => {
  const bot = { kind: ActorKind.BOT, id: '0', name: 'AI' }
  it('is the visitor’s newest, until one of us has answered', () => {
    expect(openSeq([])).toBe(0)
    expect(openSeq([said(1, 'a'), said(2, 'b')])).toBe(2)
    expect(openSeq([said(1, 'a'), said(2, 'answer', bot)])).toBe(1)
    expect(openSeq([said(1, 'a'), said(2, 'answer', agent)])).toBe(0)
    expect(openSeq([said(1, 'a'), said(2, 'answer', agent), said(3, 'c')])).toBe(3)
    const note = Event.fromPartial({ seq: 4, actor: agent, body: { $case: 'note', value: { text: 'x' } } })
    expect(openSeq([said(3, 'c'), note])).toBe(3)
  })
})

describe('events in words', () => {
  const holder = (agentName: string) => ({ kind: agentName === '' ? HolderKind.QUEUE : HolderKind.AGENT, agentId: '3', agentName, teamId: '0' })
  const changed = (reason: HolderReason, to: string) =>
    Event.fromPartial({ seq: 1, actor: agent, body: { $case: 'holderChanged', value: { from: undefined, to: holder(to), reason, comment: '' } } })
  it('say who did it and to whom', () => {
    expect(line(changed(HolderReason.CLAIMED, 'Ben'), t)).toBe('Ben took the conversation')
    expect(line(changed(HolderReason.TRANSFERRED, 'Lin'), t)).toBe('Ben transferred it to Lin')
    expect(line(changed(HolderReason.RETURNED, ''), t)).toBe('Back in the queue')
    expect(line(changed(HolderReason.HANDED_OVER, ''), t)).toBe('Handed over by the AI agent')
  })
  it('leave unknown bodies unsaid', () => {
    expect(line(Event.fromPartial({ seq: 1, actor: agent }), t)).toBeUndefined()
    expect(line(Event.fromPartial({ seq: 1, actor: agent, body: { $case: 'stateChanged', value: { from: ConversationState.OPEN, to: ConversationState.UNSPECIFIED, snoozedUntilMs: 0, reason: '' } } }), t)).toBeUndefined()
  })
})

function memory() {
  const values = new Map<string, string>()
  return {
    get length() {
      return values.size
    },
    key: () => null,
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
  }
}

describe('drafts', () => {
  it('are kept per conversation, and a note apart from a reply', () => {
    const storage = memory()
    keepDraft(storage, '1', 'reply', 'to the visitor')
    keepDraft(storage, '1', 'note', 'between us')
    expect(draftOf(storage, '1', 'reply')).toBe('to the visitor')
    expect(draftOf(storage, '1', 'note')).toBe('between us')
    expect(draftOf(storage, '2', 'reply')).toBe('')
    keepDraft(storage, '1', 'reply', '')
    expect(draftOf(storage, '1', 'reply')).toBe('')
    expect(storage.length).toBe(1)
  })
  it('cost nothing but themselves when storage is full', () => {
    const full = { length: 0, key: () => null, getItem: () => null, removeItem: () => undefined, setItem: () => { throw new Error('quota') } }
    expect(() => keepDraft(full, '1', 'reply', 'x')).not.toThrow()
  })
})

it('offers colleagues who can answer first, then those with room; never the holder or the disabled', () => {
  const one = (name: string, over: Partial<Agent>): Agent => Agent.fromPartial({ id: name, name, capacity: 10, presence: Presence.ONLINE, ...over })
  const agents = [one('away', { presence: Presence.OFFLINE }), one('full', { heldConversations: 10 }), one('free', {}), one('busy', { presence: Presence.BUSY }), one('gone', { disabled: true }), one('holder', {})]
  const holder = { kind: HolderKind.AGENT, agentId: 'holder', agentName: 'holder', teamId: '0' }
  expect(inOrder(agents, holder).map((agent) => agent.name)).toEqual(['free', 'full', 'busy', 'away'])
})

it('wakes a snoozed conversation at nine in the morning', () => {
  const woken = new Date(morningAfter(noon, 1))
  expect([woken.getDate(), woken.getHours(), woken.getMinutes()]).toEqual([25, 9, 0])
})
