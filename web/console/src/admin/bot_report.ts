// The AI agent's days as a page shows them. Pure.
import type { BotDay } from '@weikeyi/sdk/json'
import { tookText } from '../bot/decision_text'

export const reportDaysMax = 400
const dayMs = 86_400_000
const dateIn = /^(\d{4})-(\d{2})-(\d{2})$/

/** Midnight here; undefined for what is no date. */
export function midnightOf(text: string): number | undefined {
  const found = dateIn.exec(text)
  if (found === null) return undefined
  const [year, month, day] = found.slice(1).map(Number)
  if (year === undefined || month === undefined || day === undefined) return undefined
  const date = new Date(year, month - 1, day)
  return date.getMonth() === month - 1 && date.getDate() === day ? date.getTime() : undefined
}

export function dateOf(ms: number): string {
  const date = new Date(ms)
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`
}

export interface Range {
  from: string
  to: string
  sinceMs: number
  untilMs: number
}

/** Both days included. What the address says where that makes sense, else the last 30 days. */
export function rangeOf(from: string | null, to: string | null, nowMs: number): Range {
  const today = midnightOf(dateOf(nowMs)) ?? nowMs
  const last = midnightOf(to ?? '') ?? today
  let first = midnightOf(from ?? '') ?? back(last, 29)
  if (first > last) first = last
  // The first of too many days are left out.
  if (last - first > (reportDaysMax - 2) * dayMs) first = back(last, reportDaysMax - 2)
  return { from: dateOf(first), to: dateOf(last), sinceMs: first, untilMs: back(last, -1) }
}

/** Midnight so many days before: a day is not always 24 hours. */
export function back(midnight: number, days: number): number {
  const date = new Date(midnight)
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() - days).getTime()
}

export interface Figures {
  began: number
  alone: number
  unsure: number
  handedOver: number
  takenOver: number
  /** Nothing dealt with yet. */
  open: number
  turns: number
  turnsUnsure: number
  medianUs: number
  rating: number | undefined
  ratings: number
}

export function figuresOf(day: BotDay): Figures {
  const handedOver = day.handedOver.reduce((sum, { count }) => sum + count, 0)
  return {
    began: day.began,
    alone: day.answeredAlone,
    unsure: day.leftUnsure,
    handedOver,
    takenOver: day.takenOver,
    open: Math.max(0, day.began - day.answeredAlone - day.leftUnsure - handedOver - day.takenOver),
    turns: day.turns,
    turnsUnsure: day.turnsUnsure,
    medianUs: day.turnUsMedian,
    rating: day.ratings === 0 ? undefined : day.ratingSum / day.ratings,
    ratings: day.ratings,
  }
}

/** "—" of nothing. */
export const share = (part: number, all: number): string => (all === 0 ? '—' : `${Math.round((100 * part) / all)} %`)

export const took = (us: number): string => (us === 0 ? '—' : tookText(us))
