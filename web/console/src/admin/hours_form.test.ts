import { BusinessHours, Site, UpdateSiteRequest } from '@weikeyi/sdk/json'
import { expect, test } from 'vitest'
import { hoursFormOf, hoursOf, minutesOf, mondayForAll, nextInterval, openingAt, timeZones, usualHours, validHours, wallAt, wallWords, withClosedDay, withDay, wrongInterval } from './hours_form'
import { formOf, requestOf, validForm } from './site_form'

const hours = BusinessHours.fromJSON({ timeZone: 'Asia/Shanghai', weekly: [{ weekday: 1, fromMinute: 540, toMinute: 720 }, { weekday: 1, fromMinute: 780, toMinute: 1440 }, { weekday: 7, fromMinute: 0, toMinute: 90 }], closedDays: ['2026-12-25'] })

test('hours go into the form and come back as they were, midnight as the end of the day', () => {
  const form = hoursFormOf(hours)
  expect(form.week[0]).toEqual([{ from: '09:00', to: '12:00' }, { from: '13:00', to: '00:00' }])
  expect(form.week[6]).toEqual([{ from: '00:00', to: '01:30' }])
  expect(hoursOf(form)).toEqual(hours)
})

test('a site without hours is always open, and saying so takes them away', () => {
  const site = Site.fromJSON({ id: '7', name: 'Shop' })
  expect(formOf(site).hours).toBeUndefined()
  expect(requestOf(formOf(site), false)).toMatchObject({ alwaysOpen: true })
  expect(requestOf(formOf(site), false)).not.toHaveProperty('hours')
  const own = formOf({ ...site, hours })
  expect(UpdateSiteRequest.toJSON(UpdateSiteRequest.fromPartial(requestOf(own, false)))).toMatchObject({ hours: BusinessHours.toJSON(hours) })
  expect(requestOf(own, false)).not.toHaveProperty('alwaysOpen')
})

test.each([
  ['09:00', '18:00', 540, 1080],
  ['00:00', '00:00', 0, 1440],
  ['22:00', '00:00', 1320, 1440],
])('%s to %s are the minutes %i to %i', (from, to, begin, end) => {
  expect(minutesOf({ from, to })).toEqual({ from: begin, to: end })
})
test.each([
  ['18:00', '09:00'],
  ['09:00', '09:00'],
  ['', '18:00'],
  ['09:00', ''],
  ['24:00', '25:00'],
])('%s to %s is no interval', (from, to) => {
  expect(minutesOf({ from, to })).toBeUndefined()
})

test('overlapping intervals hold the form back, touching ones do not', () => {
  const at = (from: string, to: string) => ({ from, to })
  expect(wrongInterval([at('09:00', '12:00'), at('12:00', '13:00')], 1)).toBeUndefined()
  expect(wrongInterval([at('09:00', '12:00'), at('11:00', '13:00')], 1)).toBe('overlap')
  expect(wrongInterval([at('09:00', '12:00'), at('', '13:00')], 1)).toBe('order')
  const form = usualHours('UTC')
  expect(validHours(form)).toBe(true)
  expect(validHours(withDay(form, 0, [at('09:00', '12:00'), at('11:00', '13:00')]))).toBe(false)
  const site = formOf(Site.fromJSON({ id: '7', name: 'Shop' }))
  expect(validForm({ ...site, hours: form })).toBe(true)
  expect(validForm({ ...site, hours: withDay(form, 6, [at('18:00', '09:00')]) })).toBe(false)
  const many = Array.from({ length: 51 }, (_, minute) => ({ from: `10:${String(minute).padStart(2, '0')}`, to: `10:${String(minute + 1).padStart(2, '0')}` }))
  expect(validHours(withDay(usualHours('UTC'), 5, many))).toBe(false)
})

test('a further interval begins an hour behind the last and stays within the day', () => {
  expect(nextInterval([])).toEqual({ from: '09:00', to: '18:00' })
  expect(nextInterval([{ from: '09:00', to: '12:00' }])).toEqual({ from: '13:00', to: '17:00' })
  expect(minutesOf(nextInterval([{ from: '09:00', to: '23:30' }]))).toEqual({ from: 1380, to: 1440 })
})

test('Monday’s hours are taken over by the working days, and a closed day stands once, in order', () => {
  const form = mondayForAll(withDay(usualHours('UTC'), 0, [{ from: '10:00', to: '20:00' }]))
  expect(form.week.map((day) => day.length)).toEqual([1, 1, 1, 1, 1, 0, 0])
  expect(form.week[4]).toEqual([{ from: '10:00', to: '20:00' }])
  expect(withClosedDay(withClosedDay(withClosedDay(form, '2026-12-25'), '2026-01-01'), '2026-12-25').closedDays).toEqual(['2026-01-01', '2026-12-25'])
})

// 2026-11-27 is a Friday; 12:00 in UTC is 20:00 in Shanghai.
const now = Date.UTC(2026, 10, 27, 12)

test('the wall of a time zone', () => {
  expect(wallAt('Asia/Shanghai', now)).toEqual({ date: '2026-11-27', minute: 20 * 60 })
  expect(wallAt('America/New_York', now)).toEqual({ date: '2026-11-27', minute: 7 * 60 })
  expect(wallAt('Asia/Shanghai', Date.UTC(2026, 10, 27, 16))).toEqual({ date: '2026-11-28', minute: 0 })
  expect(wallAt('Mars/Olympus', now)).toBeUndefined()
})

test('what it is now, and when it changes', () => {
  const form = usualHours('Asia/Shanghai')
  expect(openingAt(form, { date: '2026-11-27', minute: 20 * 60 })).toEqual({ open: false, at: { date: '2026-11-30', minute: 540 } })
  expect(openingAt(form, { date: '2026-11-27', minute: 600 })).toEqual({ open: true, at: { date: '2026-11-27', minute: 1080 } })
  expect(openingAt(withClosedDay(form, '2026-11-30'), { date: '2026-11-27', minute: 1080 })).toEqual({ open: false, at: { date: '2026-12-01', minute: 540 } })
  const night = withDay(withDay(form, 4, [{ from: '22:00', to: '00:00' }]), 5, [{ from: '00:00', to: '06:00' }])
  expect(openingAt(night, { date: '2026-11-27', minute: 1400 })).toEqual({ open: true, at: { date: '2026-11-28', minute: 360 } })
  expect(openingAt(withClosedDay(night, '2026-11-28'), { date: '2026-11-27', minute: 1400 })).toEqual({ open: true, at: { date: '2026-11-28', minute: 0 } })
  const always = { ...form, week: form.week.map(() => [{ from: '00:00', to: '00:00' }]) }
  expect(openingAt(always, { date: '2026-11-27', minute: 600 })).toEqual({ open: true })
  expect(openingAt({ ...form, week: form.week.map(() => []) }, { date: '2026-11-27', minute: 600 })).toEqual({ open: false })
})

test('in words', () => {
  expect(wallWords({ date: '2026-11-30', minute: 540 }, '2026-11-27', 'en')).toBe('Monday 09:00')
  expect(wallWords({ date: '2026-11-30', minute: 540 }, '2026-11-27', 'zh-CN')).toBe('星期一 09:00')
  expect(wallWords({ date: '2026-12-07', minute: 0 }, '2026-11-27', 'en')).toBe('Monday, December 7 00:00')
})

test('a time zone that the browser does not list is offered all the same', () => {
  expect(timeZones('Asia/Shanghai')).toContain('Asia/Shanghai')
  expect(timeZones('Etc/GMT-8')[0]).toBe('Etc/GMT-8')
  expect(timeZones('')).toContain('UTC')
})
