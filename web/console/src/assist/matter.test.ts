import { BotAction, BotDecided, BotReason, Event } from '@weikeyi/sdk/json/event'
import { ActorKind, ConversationState } from '@weikeyi/sdk/wire/event'
import { expect, test } from 'vitest'
import { missingIn, together } from '../bot/recognised_text'
import { matterOf } from './matter'

let seq = 0
const said = (kind: ActorKind, text: string): Event => Event.fromPartial({ seq: (seq += 1), actor: { kind }, body: { $case: 'message', value: { text } } })
const decided = (changes: Partial<BotDecided>): Event => Event.fromPartial({ seq: (seq += 1), actor: { kind: ActorKind.BOT }, body: { $case: 'botDecided', value: BotDecided.fromPartial({ reason: BotReason.FOUND, ...changes }) } })
const state = (to: ConversationState): Event => Event.fromPartial({ seq: (seq += 1), actor: { kind: ActorKind.AGENT }, body: { $case: 'stateChanged', value: { to } } })
const source = (entryId: string) => ({ entryId, title: `entry ${entryId}`, passage: '', scorePermille: 500 })

test('what was tried, named and looked up is put together', () => {
  const matter = matterOf([
    said(ActorKind.VISITOR, 'hello'),
    decided({ reason: BotReason.SMALL_TALK }),
    said(ActorKind.VISITOR, 'where is WK1?'),
    decided({ sources: [source('1'), source('2')], entities: [{ kind: 'order_number', value: 'WK1' }], intent: 'Delivery' }),
    decided({ action: BotAction.HAND_OVER, reason: BotReason.REQUESTED, sources: [source('1')], entities: [{ kind: 'order_number', value: 'WK1' }, { kind: 'phone', value: '138' }] }),
  ])
  expect(matter?.decisions.length).toBe(2)
  expect(matter?.sources.map((one) => one.entryId)).toEqual(['1'])
  expect(matter?.entities.map((one) => one.value)).toEqual(['WK1', '138'])
  expect(matter?.intent).toBe('Delivery')
  expect(matter?.answered).toBe(false)
})

test('an answer of ours closes it, a new decision opens it again', () => {
  const events = [said(ActorKind.VISITOR, 'a'), decided({}), said(ActorKind.AGENT, 'b')]
  expect(matterOf(events)?.answered).toBe(true)
  expect(matterOf([...events, decided({})])?.answered).toBe(false)
})

test('what was resolved before is another matter, once the visitor writes again', () => {
  const events = [said(ActorKind.VISITOR, 'a'), decided({}), state(ConversationState.RESOLVED)]
  expect(matterOf(events)?.decisions.length).toBe(1)
  expect(matterOf([...events, said(ActorKind.VISITOR, 'something else')])).toBeUndefined()
  expect(matterOf([said(ActorKind.VISITOR, 'a')])).toBeUndefined()
})

test('a contact is offered what it lacks, and what was proved stays', () => {
  const nobody = { email: '', phone: '', verified: false }
  expect(missingIn(nobody, 'email')).toBe(true)
  expect(missingIn(nobody, 'order_number')).toBe(false)
  expect(missingIn({ ...nobody, phone: '1' }, 'phone')).toBe(false)
  expect(missingIn({ ...nobody, verified: true }, 'email')).toBe(false)
  expect(together([[{ kind: 'phone', value: '1' }], [{ kind: 'phone', value: '1' }, { kind: 'email', value: '1' }]]).length).toBe(2)
})
