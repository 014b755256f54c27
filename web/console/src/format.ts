// Times and sizes for people. Pure, so that they can be tested.
import type { Language } from './i18n'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** For list rows: the time of day today, else the date. */
export function shortTime(ms: number, nowMs: number, language: Language): string {
  const date = new Date(ms)
  const sameDay = date.toDateString() === new Date(nowMs).toDateString()
  return sameDay
    ? date.toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit' })
    : date.toLocaleDateString(language, nowMs - ms < 300 * day ? { month: 'short', day: 'numeric' } : { year: 'numeric', month: 'short', day: 'numeric' })
}

export function clockTime(ms: number, language: Language): string {
  return new Date(ms).toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit' })
}

/** How long somebody has waited: "40 s", "12 min", "3 h", "2 d". */
export function waited(ms: number, language: Language): string {
  const chinese = language === 'zh-CN'
  if (ms < minute) return `${Math.max(0, Math.floor(ms / 1000))} ${chinese ? '秒' : 's'}`
  if (ms < hour) return `${Math.floor(ms / minute)} ${chinese ? '分钟' : 'min'}`
  if (ms < day) return `${Math.floor(ms / hour)} ${chinese ? '小时' : 'h'}`
  return `${Math.floor(ms / day)} ${chinese ? '天' : 'd'}`
}

/** calm below 2 minutes, then late, then very late (10 minutes). */
export function urgency(waitedMs: number): 'calm' | 'late' | 'verylate' {
  if (waitedMs < 2 * minute) return 'calm'
  return waitedMs < 10 * minute ? 'late' : 'verylate'
}

export function bytes(size: number): string {
  if (size < 1024) return `${size} B`
  if (size < 1024 * 1024) return `${Math.round(size / 1024)} KB`
  return `${(size / 1024 / 1024).toFixed(1)} MB`
}

/** "Chrome on Windows" out of a user agent; the whole text where nothing is known of it. */
export function browserName(userAgent: string): string {
  const browser = /Edg\//.test(userAgent) ? 'Edge' : /Firefox\//.test(userAgent) ? 'Firefox' : /Chrome\//.test(userAgent) ? 'Chrome' : /Safari\//.test(userAgent) ? 'Safari' : ''
  const system = /Windows/.test(userAgent) ? 'Windows' : /Android/.test(userAgent) ? 'Android' : /iPhone|iPad/.test(userAgent) ? 'iOS' : /Mac OS/.test(userAgent) ? 'macOS' : /Linux/.test(userAgent) ? 'Linux' : ''
  return browser === '' ? userAgent : system === '' ? browser : `${browser}, ${system}`
}

/** Only addresses that may become links. */
export function httpUrl(text: string): string | undefined {
  return /^https?:\/\/\S+$/i.test(text) ? text : undefined
}

export function dayAndTime(ms: number, language: Language): string {
  return new Date(ms).toLocaleString(language, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' })
}
