// The words of administration and profile. English gives the keys, so a missing translation is a type error.
import { fill, useI18n, type Language } from '../i18n'
import { en } from './texts_en'
import { zh } from './texts_zh'

export type AdminTexts = { [Key in keyof typeof en]: string }
export type AdminKey = keyof AdminTexts

const dictionaries: Record<Language, AdminTexts> = { en, 'zh-CN': zh }

export interface Words {
  language: Language
  /** `{name}` in the text is replaced by values.name. */
  w: (key: AdminKey, values?: Record<string, string | number>) => string
}

export function useTexts(): Words {
  const { language } = useI18n()
  return { language, w: (key, values) => fill(dictionaries[language][key], values) }
}
