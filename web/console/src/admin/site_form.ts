// A site as its form holds it, and what of the form goes back to the server. Pure, so that it can be tested.
import { RoutingStrategy, type BotSettings, type Site, type UpdateSiteRequest, type WidgetAppearance } from '@weikeyi/sdk/json'
import { typedRate, rateOf, validRate, type TypedRate } from './admission_form'
import { hoursFormOf, hoursOf, validHours, type HoursForm } from './hours_form'
import { tidied, validLists } from './name_lists'

export const formLanguages = ['zh-CN', 'en'] as const
export type FormLanguage = (typeof formLanguages)[number]

export interface SiteForm {
  name: string
  origins: string[]
  appearance: WidgetAppearance
  identityRequired: boolean
  typingPreview: boolean
  routing: RoutingStrategy
  /** Undefined: as in the limits of the installation. */
  messagesPerVisitor: TypedRate | undefined
  bot: BotSettings
  /** Undefined: people are there at any time. */
  hours: HoursForm | undefined
}

/** confidenceToAnswerPermille 0: what the server takes by itself. */
const noBot: BotSettings = { enabled: false, name: '', confidenceToAnswerPermille: 0, handoverWords: [], nameLists: [] }

const plain: WidgetAppearance = { color: '#2563eb', position: 'right', title: {}, greeting: {}, offlineMessage: {}, theme: 'auto', launcherLabel: '' }

export function formOf(site: Site): SiteForm {
  const given = site.appearance ?? plain
  return {
    name: site.name,
    origins: site.allowedOrigins,
    // An unset field means the widget's default; the form shows that default by name.
    appearance: { ...given, color: given.color || plain.color, position: given.position || plain.position, theme: given.theme || plain.theme },
    identityRequired: site.identityRequired,
    typingPreview: site.typingPreview,
    routing: site.routing === RoutingStrategy.UNSPECIFIED ? RoutingStrategy.MANUAL : site.routing,
    messagesPerVisitor: site.messagesPerVisitor === undefined ? undefined : typedRate(site.messagesPerVisitor),
    bot: site.bot ?? noBot,
    hours: site.hours === undefined ? undefined : hoursFormOf(site.hours),
  }
}

export function requestOf(form: SiteForm, mayIdentity: boolean): Partial<UpdateSiteRequest> {
  return {
    name: form.name.trim(),
    allowedOrigins: form.origins,
    replaceOrigins: true,
    appearance: form.appearance,
    typingPreview: form.typingPreview,
    routing: form.routing,
    bot: { ...form.bot, name: form.bot.name.trim(), nameLists: tidied(form.bot.nameLists) },
    ...(form.messagesPerVisitor === undefined ? { inheritMessagesPerVisitor: true } : { messagesPerVisitor: rateOf(form.messagesPerVisitor) }),
    ...(form.hours === undefined ? { alwaysOpen: true } : { hours: hoursOf(form.hours) }),
    ...(mayIdentity ? { identityRequired: form.identityRequired } : {}),
  }
}

export const validForm = (form: SiteForm): boolean =>
  form.name.trim() !== '' && form.origins.every(validOrigin) && validColour(form.appearance.color) && wrongWord(form.bot) === undefined && validLists(form.bot.nameLists) && (form.hours === undefined || validHours(form.hours)) && (form.messagesPerVisitor === undefined || validRate(form.messagesPerVisitor))

/** The same rule as the server's; the server's answer decides. */
export const validOrigin = (origin: string): boolean => /^https?:\/\/(\*\.)?[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:\d{1,5})?$/i.test(origin)
const encoder = new TextEncoder()
/** The server takes 1 to 100 bytes. */
export const wrongWord = ({ handoverWords }: BotSettings): string | undefined => handoverWords.find((word) => word.trim() === '' || encoder.encode(word).length > 100)
export const validColour = (colour: string): boolean => /^#[0-9a-f]{6}$/i.test(colour)

export const embedLine = (origin: string, key: string): string => `<script async src="${origin}/widget/${key}.js"></script>`

/** What a page with a policy of its own has to allow. */
export function policyHint(origin: string): string {
  const socket = origin.replace(/^http/, 'ws')
  return `script-src ${origin}; connect-src ${origin} ${socket}; img-src ${origin}; media-src ${origin}`
}
