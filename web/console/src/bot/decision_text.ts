// What the AI agent decided, in words. Pure.
import { BotAction, BotReason, type BotDecided, type BotModel } from '@weikeyi/sdk/wire/event'
import type { TextKey } from '../i18n'

type T = (key: TextKey, values?: Record<string, string | number>) => string

const actionKeys: Record<number, TextKey> = {
  [BotAction.ANSWER]: 'botAnswered',
  [BotAction.ASK_BACK]: 'botAskedBack',
  [BotAction.HAND_OVER]: 'botHandedOver',
}

const reasonKeys: Record<number, TextKey> = {
  [BotReason.FOUND]: 'botFound',
  [BotReason.UNSURE]: 'botUnsure',
  [BotReason.NOTHING_FOUND]: 'botNothingFound',
  [BotReason.REQUESTED]: 'botRequested',
  [BotReason.ANGER]: 'botAnger',
  [BotReason.UNAVAILABLE]: 'botUnavailable',
  [BotReason.ATTACHMENT]: 'botAttachment',
  [BotReason.SMALL_TALK]: 'botSmallTalk',
  [BotReason.FLOW]: 'botFlow',
}

/** What a later server does that this page does not know yet is told as having been decided. */
export const actionText = (action: BotAction, t: T): string => t(actionKeys[action] ?? 'botDecided')

/** "" where there is nothing to say of why. */
export function reasonText(reason: BotReason, t: T): string {
  const key = reasonKeys[reason]
  return key === undefined ? '' : t(key)
}

/** 820 of a thousand as "0.82". */
export const share = (permille: number): string => (permille / 1000).toFixed(2)

export const sourcesText = (count: number, t: T): string => (count === 1 ? t('botSource') : t('botSources', { count }))

/** Whether something was looked up: only then "sure" says anything. */
export const lookedUp = (decided: BotDecided): boolean => decided.confidenceWantedPermille > 0

/** One line: "AI answered · sure 0.82 · 3 sources". */
export function decisionLine(decided: BotDecided, t: T): string {
  // That something was found is what an answer says already.
  // A flow that is over stands among the sources alone.
  const title = decided.flow?.title ?? decided.sources[0]?.title ?? ''
  const why = decided.reason === BotReason.FOUND ? '' : [reasonText(decided.reason, t), decided.reason === BotReason.FLOW ? title : ''].filter((part) => part !== '').join(': ')
  const sure = lookedUp(decided) ? t('botSure', { share: share(decided.confidencePermille) }) : ''
  const sources = decided.sources.length === 0 || decided.reason === BotReason.FLOW ? '' : sourcesText(decided.sources.length, t)
  return [actionText(decided.action, t), why, sure, sources].filter((part) => part !== '').join(' · ')
}

const failureKeys: Record<string, TextKey> = {
  unsure: 'botModelUnsure',
  unsupported: 'botModelUnsupported',
  tool_call: 'botModelTool',
  timeout: 'botModelTimeout',
  conversation_budget: 'botModelBudget',
  site_budget: 'botModelBudget',
  busy: 'botModelBusy',
}

/** What a language model did for the reply, or why it did not. */
export function modelText(model: BotModel, t: T): string {
  const name = model.provider === model.model ? model.model : `${model.provider} (${model.model})`
  const wrote = model.provider === '' ? '' : t(model.fromCache ? 'botModelCached' : 'botModelWrote', { name, read: model.promptTokens, written: model.completionTokens })
  const failed = model.failure === '' ? '' : `${t('botModelFailed')}: ${t(failureKeys[model.failure] ?? 'botModelUnavailable')}`
  const dropped = model.sentencesDropped === 0 ? '' : t('botModelDropped', { count: model.sentencesDropped })
  const tools = model.toolsCalled.length === 0 ? '' : t('botModelTools', { names: model.toolsCalled.join(', ') })
  return [failed, wrote, tools, dropped].filter((part) => part !== '').join(' · ')
}

/** Microseconds as people read them. */
export function tookText(us: number): string {
  if (us < 1_000) return `${us} µs`
  return us < 1_000_000 ? `${(us / 1_000).toFixed(us < 10_000 ? 1 : 0)} ms` : `${(us / 1_000_000).toFixed(1)} s`
}
