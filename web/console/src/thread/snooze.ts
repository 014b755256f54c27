// When a snoozed conversation comes back. Pure.

const morning = 9

/** The next `days`-th morning. */
export function morningAfter(nowMs: number, days: number): number {
  const date = new Date(nowMs)
  date.setDate(date.getDate() + days)
  date.setHours(morning, 0, 0, 0)
  return date.getTime()
}
