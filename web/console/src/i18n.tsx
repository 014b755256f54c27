// One dictionary for each language; English gives the keys, so a missing translation is a type error.
import { createContext, useContext, useMemo, useState, type ReactNode } from 'react'
import { en } from './i18n_en'
import { zh } from './i18n_zh'

export type Language = 'en' | 'zh-CN'
export type Dictionary = { [Key in keyof typeof en]: string }
export type TextKey = keyof Dictionary

const dictionaries: Record<Language, Dictionary> = { en, 'zh-CN': zh }
const storageKey = 'weikeyi.console.language'

export function preferredLanguage(stored: string | null, browser: readonly string[]): Language {
  if (stored === 'en' || stored === 'zh-CN') return stored
  return browser.some((language) => language.toLowerCase().startsWith('zh')) ? 'zh-CN' : 'en'
}

interface I18n {
  language: Language
  setLanguage: (language: Language) => void
  /** `{name}` in the text is replaced by values.name. */
  t: (key: TextKey, values?: Record<string, string | number>) => string
}

const Context = createContext<I18n | undefined>(undefined)

export function fill(text: string, values: Record<string, string | number> = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

export function I18nProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(() => preferredLanguage(localStorage.getItem(storageKey), navigator.languages))
  document.documentElement.lang = language
  const value = useMemo<I18n>(
    () => ({
      language,
      setLanguage: (next) => {
        localStorage.setItem(storageKey, next)
        setLanguage(next)
      },
      t: (key, values) => fill(dictionaries[language][key], values),
    }),
    [language],
  )
  return <Context.Provider value={value}>{children}</Context.Provider>
}

export function useI18n(): I18n {
  const value = useContext(Context)
  if (value === undefined) throw new Error('no I18nProvider')
  return value
}
