import { describe, expect, it } from 'vitest'
import { EventList } from '@weikeyi/sdk/json/resource'
import { ActorKind, ConversationState, HolderKind, type Event } from '@weikeyi/sdk/wire/event'
import type { ConversationView } from '@weikeyi/sdk'
import { eventListFromJson } from './event_json'
import { languageOf, pickText } from './i18n'
import { linkify } from './linkify'
import { endOf, timelineOf, unreadOf } from './timeline'

const links = (text: string): string[] => linkify(text).flatMap((part) => (part.kind === 'link' ? [part.url] : []))

describe('links', () => {
  it('end where the address ends, in English and in Chinese', () => {
    expect(links('See https://a.example/x?y=1#z.')).toEqual(['https://a.example/x?y=1#z'])
    expect(links('(https://a.example/b)')).toEqual(['https://a.example/b'])
    expect(links('https://a.example/wiki_(x)')).toEqual(['https://a.example/wiki_(x)'])
    expect(links('请看https://a.example/订单，谢谢')).toEqual(['https://a.example/'])
    expect(links('http://a.example!! and "https://b.example"')).toEqual(['http://a.example', 'https://b.example'])
  })

  it('are made of nothing but http and https', () => {
    expect(links('javascript:alert(1) data:text/html,x ftp://a.example mailto:a@b.example //a.example www.a.example http:// https://')).toEqual([])
  })

  it('lose no character of the text', () => {
    for (const text of ['', 'a', 'x https://a.example. y', 'https://https://a', '🙂https://a.example🙂', '<b>https://a.example</b>']) {
      expect(linkify(text).map((part) => part.text).join('')).toBe(text)
    }
  })
})

let seq = 0
function event(minute: number, kind: ActorKind, id: string, body: Event['body']): Event {
  seq += 1
  return { conversationId: '1', seq, timeMs: new Date(2026, 0, 5, 9, minute).getTime(), actor: { kind, id, name: `n${id}` }, clientId: '', body }
}
const message = (text: string): Event['body'] => ({ $case: 'message', value: { text, attachments: [], replyToSeq: 0, citations: [], choices: [] } })
function view(events: Event[], over: Partial<ConversationView> = {}): ConversationView {
  return {
    id: '1', events, pending: [], heldUntilMs: 0, baseSeq: 0, throughSeq: events.length, hasOlder: false, loadingOlder: false, loaded: true,
    state: ConversationState.OPEN, holder: undefined, rating: 0, visitorSeenSeq: 0, agentsSeenSeq: 0, typing: [], summary: undefined, refusal: undefined, ...over,
  }
}

describe('the log', () => {
  it('groups one speaker within five minutes, and says the day once', () => {
    seq = 0
    const items = timelineOf(view([
      event(0, ActorKind.VISITOR, '5', message('a')), event(1, ActorKind.VISITOR, '5', message('b')),
      event(2, ActorKind.AGENT, '9', message('c')), event(3, ActorKind.AGENT, '8', message('d')),
      event(4, ActorKind.AGENT, '8', message('e')), event(20, ActorKind.AGENT, '8', message('f')),
    ]), undefined)
    expect(items.map((item) => (item.kind === 'group' ? item.bubbles.map((bubble) => bubble.text).join('') : item.kind))).toEqual(['day', 'ab', 'c', 'd', 'e', 'f'].reduce<string[]>((all, part) => {
      if (part === 'e') all[all.length - 1] += 'e'
      else all.push(part)
      return all
    }, []))
  })

  it('shows what waits after what is stored, and how far each has come', () => {
    seq = 0
    const events = [event(0, ActorKind.VISITOR, '5', message('seen')), event(1, ActorKind.VISITOR, '5', message('stored'))]
    const pending = (['queued', 'sent', 'failed'] as const).map((state, index) => ({
      conversationId: '0', clientId: `c${index}`, timeMs: events[1]?.timeMs ?? 0, state,
      command: { $case: 'message' as const, value: { text: state, attachments: [], replyToSeq: 0, citations: [], choices: [] } },
    }))
    const items = timelineOf(view(events, { pending, agentsSeenSeq: 1 }), undefined)
    const group = items.find((item) => item.kind === 'group')
    expect(group?.kind === 'group' && group.bubbles.map((bubble) => bubble.progress)).toEqual(['seen', 'stored', 'queued', 'sent', 'failed'])
  })

  it('counts as unread what others wrote and was not seen', () => {
    seq = 0
    const events = [event(0, ActorKind.AGENT, '9', message('a')), event(1, ActorKind.VISITOR, '5', message('b')), event(2, ActorKind.BOT, '2', message('c'))]
    expect(unreadOf(view(events))).toBe(2)
    expect(unreadOf(view(events, { visitorSeenSeq: 1 }))).toBe(1)
    expect(unreadOf(view(events, { visitorSeenSeq: 3 }))).toBe(0)
  })

  it('knows whether the last end was rated, and rates in one line', () => {
    seq = 0
    const ended: Event['body'] = { $case: 'stateChanged', value: { from: ConversationState.OPEN, to: ConversationState.RESOLVED, snoozedUntilMs: 0, reason: '' } }
    const rated = (score: number): Event['body'] => ({ $case: 'rated', value: { score, comment: '' } })
    const events = [event(0, ActorKind.AGENT, '9', ended), event(1, ActorKind.VISITOR, '5', rated(3)), event(1, ActorKind.VISITOR, '5', rated(4))]
    const items = timelineOf(view(events), undefined)
    expect(endOf(items)?.rated).toBe(true)
    expect(items.flatMap((item) => (item.kind === 'line' ? [item.line] : []))).toEqual([{ kind: 'ended' }, { kind: 'rated', score: 4 }])
    expect(endOf(timelineOf(view([...events, event(3, ActorKind.AGENT, '9', ended)]), undefined))?.rated).toBe(false)
  })
})

it('reads older events as the full JSON mapping does', () => {
  const json = {
    events: [
      { conversationId: '18446744073709551615', seq: 3, timeMs: '1763942400123', actor: { kind: 'ACTOR_KIND_AGENT', id: '9', name: '李' }, clientId: 'x', message: { text: 'hi', attachments: [{ id: '7', name: 'a.png', mediaType: 'image/png', sizeBytes: '12', width: 3, height: 4 }], replyToSeq: 1 } },
      { conversationId: '1', seq: 4, timeMs: 5, actor: { kind: 4 }, holderChanged: { from: { kind: 'HOLDER_KIND_QUEUE' }, to: { kind: 'HOLDER_KIND_AGENT', agentId: '9', agentName: '李' } } },
      { conversationId: '1', seq: 5, stateChanged: { from: 'CONVERSATION_STATE_OPEN', to: 'CONVERSATION_STATE_RESOLVED' } },
      { conversationId: '1', seq: 6, actor: { kind: 'ACTOR_KIND_VISITOR', id: '5' }, seen: { throughSeq: 5 } },
      { conversationId: '1', seq: 7, actor: { kind: 'ACTOR_KIND_VISITOR', id: '5' }, rated: { score: 5 } },
    ],
  }
  const read = eventListFromJson.fromJSON(json)
  const full = EventList.fromJSON(json).events
  expect(read.map((each) => each.body)).toEqual(full.map((each) => each.body))
  expect(read.map((each) => [each.seq, each.timeMs, each.conversationId, each.clientId])).toEqual(full.map((each) => [each.seq, each.timeMs, each.conversationId, each.clientId]))
  expect(read[1]?.body?.$case === 'holderChanged' && read[1].body.value.to?.kind).toBe(HolderKind.AGENT)
  expect(eventListFromJson.fromJSON('nonsense')).toEqual([])
})

it('finds a text in the visitor’s language, else in another', () => {
  expect(languageOf('zh-TW').tag).toBe('zh-CN')
  expect(languageOf('fr').tag).toBe('en')
  expect(pickText({ 'zh-CN': '好', en: 'Hi' }, 'zh-CN')).toBe('好')
  expect(pickText({ zh: '好', en: 'Hi' }, 'zh-CN')).toBe('好')
  expect(pickText({ 'en-GB': 'Hi' }, 'en')).toBe('Hi')
  expect(pickText({ de: 'Hallo' }, 'en')).toBe('Hallo')
  expect(pickText(undefined, 'en')).toBe('')
})
