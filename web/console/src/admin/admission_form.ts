// The limits of the three doors as their form holds them. Pure, so that it can be tested.
import type { AdmissionSettings, Rate } from '@weikeyi/sdk/json'

/** The most that any of the numbers may be: the same rule as the server's; the server's answer decides. */
export const rateMax = 1_000_000

export type RateName = Exclude<keyof AdmissionSettings, 'connectionsPerAddress'>

/** In the order of the doors. */
export const doors = [
  { door: 'Accept', rates: ['newConnectionsPerAddress'] },
  { door: 'Handshake', rates: ['sessionsPerAddress', 'hellosPerAddress', 'handshakesPerSite'] },
  { door: 'Message', rates: ['messagesPerVisitor', 'messagesPerSite'] },
] as const satisfies readonly { door: string; rates: readonly RateName[] }[]
const rateNames: readonly RateName[] = doors.flatMap(({ rates }) => [...rates])

/** What stands in a field; "" while it is empty. */
export type Typed = number | string
export interface TypedRate {
  perSecond: Typed
  burst: Typed
}
export type AdmissionForm = Record<RateName, TypedRate> & { connectionsPerAddress: Typed }

export const typedRate = (rate: Rate | undefined): TypedRate => ({ perSecond: rate?.perSecond ?? 0, burst: rate?.burst ?? 0 })

export function formOf(settings: AdmissionSettings): AdmissionForm {
  return {
    connectionsPerAddress: settings.connectionsPerAddress ?? 0,
    newConnectionsPerAddress: typedRate(settings.newConnectionsPerAddress),
    sessionsPerAddress: typedRate(settings.sessionsPerAddress),
    hellosPerAddress: typedRate(settings.hellosPerAddress),
    handshakesPerSite: typedRate(settings.handshakesPerSite),
    messagesPerVisitor: typedRate(settings.messagesPerVisitor),
    messagesPerSite: typedRate(settings.messagesPerSite),
  }
}

export const validCount = (value: Typed): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= rateMax
/** Where a rate is limited, something has to be allowed at once. */
export const validBurst = ({ perSecond, burst }: TypedRate): boolean => validCount(burst) && (burst > 0 || perSecond === 0)
export const validRate = (rate: TypedRate): boolean => validCount(rate.perSecond) && validBurst(rate)
export const validForm = (form: AdmissionForm): boolean => validCount(form.connectionsPerAddress) && rateNames.every((name) => validRate(form[name]))

/** Requires: validRate. */
export const rateOf = (rate: TypedRate): Rate => ({ perSecond: Number(rate.perSecond), burst: Number(rate.burst) })

/** Only what is not as it was: what two people change at the same time is both kept, and a default stays one. */
export function changeOf(form: AdmissionForm, before: AdmissionForm): Partial<AdmissionSettings> {
  const change: Partial<AdmissionSettings> = {}
  if (form.connectionsPerAddress !== before.connectionsPerAddress) change.connectionsPerAddress = Number(form.connectionsPerAddress)
  for (const name of rateNames) {
    const [now, was] = [form[name], before[name]]
    if (now.perSecond !== was.perSecond || now.burst !== was.burst) change[name] = rateOf(now)
  }
  return change
}
