// A site's business hours as their form holds them: a week of intervals by the clock on the wall. Pure, so that it can be tested.
import type { BusinessHours } from '@weikeyi/sdk/json'

/** As a time field has them: "09:00"; an end at "00:00" is the end of the day. Empty: not typed yet. */
export interface TypedInterval {
  from: string
  to: string
}
export interface HoursForm {
  timeZone: string
  /** Monday first. */
  week: TypedInterval[][]
  /** "2026-12-25", in order. */
  closedDays: string[]
}

export const intervalsMax = 50
export const closedDaysMax = 400
const dayMinutes = 24 * 60
/** As far ahead as the server looks. */
const daysAhead = 370

const clock = (minute: number): string => `${String(Math.floor(minute / 60) % 24).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

export function minutesOf({ from, to }: TypedInterval): { from: number; to: number } | undefined {
  const parsed = [from, to].map((text) => /^([01]\d|2[0-3]):([0-5]\d)/.exec(text))
  const [begin, end] = parsed.map((match) => (match === null ? undefined : Number(match[1]) * 60 + Number(match[2])))
  if (begin === undefined || end === undefined) return undefined
  const until = end === 0 ? dayMinutes : end
  return begin < until ? { from: begin, to: until } : undefined
}

/** Nine to six from Monday to Friday, where the browser is. */
export function usualHours(timeZone: string): HoursForm {
  return { timeZone, week: Array.from({ length: 7 }, (_, day) => (day < 5 ? [{ from: '09:00', to: '18:00' }] : [])), closedDays: [] }
}

export function hoursFormOf(hours: BusinessHours): HoursForm {
  const week: TypedInterval[][] = Array.from({ length: 7 }, () => [])
  for (const { weekday, fromMinute, toMinute } of hours.weekly) week[weekday - 1]?.push({ from: clock(fromMinute), to: clock(toMinute) })
  return { timeZone: hours.timeZone, week, closedDays: hours.closedDays }
}

export function hoursOf(form: HoursForm): BusinessHours {
  const weekly = form.week.flatMap((intervals, day) =>
    intervals.flatMap((interval) => {
      const minutes = minutesOf(interval)
      return minutes === undefined ? [] : [{ weekday: day + 1, fromMinute: minutes.from, toMinute: minutes.to }]
    }),
  )
  return { timeZone: form.timeZone, weekly, closedDays: form.closedDays }
}

/** The rules of the server (core/hours); its answer decides. */
export function wrongInterval(intervals: TypedInterval[], place: number): 'order' | 'overlap' | undefined {
  const own = intervals[place]
  const minutes = own === undefined ? undefined : minutesOf(own)
  if (minutes === undefined) return 'order'
  const overlaps = intervals.some((other, at) => {
    const theirs = minutesOf(other)
    return at < place && theirs !== undefined && theirs.from < minutes.to && minutes.from < theirs.to
  })
  return overlaps ? 'overlap' : undefined
}

export const intervalCount = (form: HoursForm): number => form.week.reduce((count, intervals) => count + intervals.length, 0)

export const validHours = (form: HoursForm): boolean =>
  intervalCount(form) <= intervalsMax && form.closedDays.length <= closedDaysMax && form.week.every((intervals) => intervals.every((_, place) => wrongInterval(intervals, place) === undefined))

/** What a further interval of a day begins as: behind the last one, an hour later. */
export function nextInterval(intervals: TypedInterval[]): TypedInterval {
  const last = Math.max(0, ...intervals.map((one) => minutesOf(one)?.to ?? 0))
  if (last === 0) return { from: '09:00', to: '18:00' }
  const from = Math.min(last + 60, dayMinutes - 60)
  return { from: clock(from), to: clock(Math.min(from + 4 * 60, dayMinutes)) }
}

export const withDay = (form: HoursForm, day: number, intervals: TypedInterval[]): HoursForm => ({ ...form, week: form.week.map((before, at) => (at === day ? intervals : before)) })

/** Monday's hours from Tuesday to Friday as well. */
export const mondayForAll = (form: HoursForm): HoursForm => ({ ...form, week: form.week.map((before, day) => (day >= 1 && day <= 4 ? (form.week[0] ?? []).map((one) => ({ ...one })) : before)) })

export const withClosedDay = (form: HoursForm, day: string): HoursForm => ({ ...form, closedDays: [...new Set([...form.closedDays, day])].sort() })

/** The wall of a time zone. */
export interface Wall {
  /** "2026-12-25" */
  date: string
  minute: number
}

/** Undefined where this browser does not know the time zone. */
export function wallAt(timeZone: string, nowMs: number): Wall | undefined {
  try {
    const format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
    const part = Object.fromEntries(format.formatToParts(nowMs).map(({ type, value }) => [type, value]))
    return { date: `${part['year']}-${part['month']}-${part['day']}`, minute: Number(part['hour']) * 60 + Number(part['minute']) }
  } catch {
    return undefined
  }
}

const noon = (date: string): Date => new Date(`${date}T12:00:00Z`)
const later = (date: string, days: number): string => new Date(noon(date).getTime() + days * 86_400_000).toISOString().slice(0, 10)
/** 0 is Monday. */
export const weekdayOf = (date: string): number => (noon(date).getUTCDay() + 6) % 7

/** `at` on the wall: when it closes while it is open, when it opens next while it is not; undefined: not within a year. */
export interface Opening {
  open: boolean
  at?: Wall
}
export function openingAt(form: HoursForm, wall: Wall): Opening {
  let closes: { day: number; minute: number } | undefined
  for (let day = 0; day <= daysAhead; ++day) {
    const date = later(wall.date, day)
    if (form.closedDays.includes(date)) continue
    const intervals = (form.week[weekdayOf(date)] ?? []).flatMap((one) => minutesOf(one) ?? []).sort((a, b) => a.from - b.from)
    for (const { from, to } of intervals) {
      if (day === 0 && to <= wall.minute) continue
      if (closes !== undefined) {
        // Midnight of a day is the beginning of the next.
        const joined = closes.day === day ? closes.minute >= from : closes.day === day - 1 && closes.minute === dayMinutes && from === 0
        if (!joined) return { open: true, at: wallOf(wall.date, closes) }
        closes = { day, minute: to }
      } else if (day === 0 && from <= wall.minute) {
        closes = { day, minute: to }
      } else {
        return { open: false, at: { date, minute: from } }
      }
    }
  }
  if (closes === undefined) return { open: false }
  return closes.day === daysAhead ? { open: true } : { open: true, at: wallOf(wall.date, closes) }
}
const wallOf = (today: string, { day, minute }: { day: number; minute: number }): Wall => (minute === dayMinutes ? { date: later(today, day + 1), minute: 0 } : { date: later(today, day), minute })

/** Monday 09:00, or with the date where it is further off than a week. */
export function wallWords(at: Wall, today: string, language: string): string {
  const days = Math.round((noon(at.date).getTime() - noon(today).getTime()) / 86_400_000)
  const date: Intl.DateTimeFormatOptions = days < 7 ? { weekday: 'long' } : { weekday: 'long', month: 'long', day: 'numeric' }
  return `${noon(at.date).toLocaleDateString(language, { ...date, timeZone: 'UTC' })} ${clock(at.minute)}`
}

export const dayName = (day: number, language: string, width: 'long' | 'short' = 'long'): string =>
  // 2024-01-01 was a Monday.
  new Date(Date.UTC(2024, 0, 1 + day, 12)).toLocaleDateString(language, { weekday: width, timeZone: 'UTC' })

export const dateName = (date: string, language: string): string => noon(date).toLocaleDateString(language, { weekday: 'short', year: 'numeric', month: 'short', day: 'numeric', timeZone: 'UTC' })

/** Every time zone this browser knows, and the one that is set. */
export function timeZones(own: string): string[] {
  const known = Intl.supportedValuesOf('timeZone')
  const all = known.includes('UTC') ? known : [...known, 'UTC']
  return all.includes(own) || own === '' ? all : [own, ...all]
}
export const browserTimeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone
