// The words of the flow editor. English gives the keys, so a missing translation is a type error.
import { fill, useI18n, type Language } from '../i18n'
import { en } from './texts_en'
import { zh } from './texts_zh'

export type FlowTexts = { [Key in keyof typeof en]: string }
export type FlowKey = keyof FlowTexts
export type FlowWords = (key: FlowKey, values?: Record<string, string | number>) => string

const dictionaries: Record<Language, FlowTexts> = { en, 'zh-CN': zh }

export const flowWords =
  (language: Language): FlowWords =>
  (key, values) =>
    fill(dictionaries[language][key], values)

export function useFlowTexts(): { language: Language; f: FlowWords } {
  const { language } = useI18n()
  return { language, f: flowWords(language) }
}
