// The words of the knowledge. English gives the keys, so a missing translation is a type error.
import { fill, useI18n, type Language } from '../i18n'
import { en } from './texts_en'
import { zh } from './texts_zh'

export type KnowledgeTexts = { [Key in keyof typeof en]: string }
export type KnowledgeKey = keyof KnowledgeTexts

const dictionaries: Record<Language, KnowledgeTexts> = { en, 'zh-CN': zh }

export type KnowledgeWords = (key: KnowledgeKey, values?: Record<string, string | number>) => string

export function useTexts(): { language: Language; k: KnowledgeWords } {
  const { language } = useI18n()
  return { language, k: (key, values) => fill(dictionaries[language][key], values) }
}
