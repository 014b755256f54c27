import { BotDay } from '@weikeyi/sdk/json'
import { BotReason } from '@weikeyi/sdk/json/event'
import { expect, test } from 'vitest'
import { back, dateOf, figuresOf, midnightOf, rangeOf, reportDaysMax, share, took } from './bot_report'

const now = new Date(2026, 10, 27, 15, 30).getTime()
const midnight = new Date(2026, 10, 27).getTime()

test('the last 30 days, where the address says nothing that makes sense', () => {
  for (const [from, to] of [[null, null], ['', ''], ['yesterday', '2026-13-40'], ['2026-02-30', null]] as const) {
    expect(rangeOf(from, to, now)).toEqual({ from: '2026-10-29', to: '2026-11-27', sinceMs: new Date(2026, 9, 29).getTime(), untilMs: new Date(2026, 10, 28).getTime() })
  }
})

test('whole days, both included, in the right order and not too many', () => {
  expect(rangeOf('2026-11-27', '2026-11-27', now)).toMatchObject({ sinceMs: midnight, untilMs: back(midnight, -1) })
  expect(rangeOf('2026-11-27', '2026-11-01', now)).toMatchObject({ from: '2026-11-01', to: '2026-11-01' })
  const long = rangeOf('1999-01-01', '2026-11-27', now)
  expect((long.untilMs - long.sinceMs) / 86_400_000).toBeLessThanOrEqual(reportDaysMax)
  expect(long.to).toBe('2026-11-27')
  expect(midnightOf(dateOf(now))).toBe(midnight)
})

test('what is left when all is taken away is open', () => {
  const day = BotDay.fromPartial({
    began: 10, answeredAlone: 4, leftUnsure: 1, takenOver: 1, turns: 20, turnsUnsure: 5, turnUsMedian: 1500, ratings: 2, ratingSum: 9,
    handedOver: [{ reason: BotReason.REQUESTED, count: 2 }, { reason: BotReason.ANGER, count: 1 }],
  })
  expect(figuresOf(day)).toEqual({ began: 10, alone: 4, unsure: 1, handedOver: 3, takenOver: 1, open: 1, turns: 20, turnsUnsure: 5, medianUs: 1500, rating: 4.5, ratings: 2 })
  expect(figuresOf(BotDay.fromPartial({})).rating).toBeUndefined()
})

test('figures in words', () => {
  expect([share(1, 3), share(0, 0), took(0), took(240), took(1460), took(2_300_000)]).toEqual(['33 %', '—', '—', '240 µs', '1.5 ms', '2.3 s'])
})
