// Which language somebody writes in, as far as their script tells, and which ones a text may be put into. Pure.

/** What agents choose from; tags of BCP 47. */
export const offeredLanguages = ['en', 'zh-CN', 'zh-TW', 'de', 'es', 'fr', 'it', 'pt', 'ru', 'ar', 'ja', 'ko', 'th', 'vi', 'id', 'tr'] as const

const scripts: readonly [RegExp, string][] = [
  // Japanese writes Han too, but never for long without kana.
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/gu, 'ja'],
  [/\p{Script=Hangul}/gu, 'ko'],
  [/\p{Script=Han}/gu, 'zh'],
  [/\p{Script=Cyrillic}/gu, 'ru'],
  [/\p{Script=Arabic}/gu, 'ar'],
  [/\p{Script=Thai}/gu, 'th'],
]
const latin = /\p{Script=Latin}/gu

const count = (text: string, letters: RegExp): number => text.match(letters)?.length ?? 0

/** "latin" for letters that many languages share; undefined where there are none at all. */
export function scriptOf(text: string): string | undefined {
  let best: string | undefined
  let most = 0
  for (const [letters, language] of scripts) {
    // A character of these says as much as several Latin letters.
    const weight = count(text, letters) * 3
    if (weight > most) [best, most] = [language, weight]
    // Kana before Han: a few of them tell.
    if (best === 'ja') return best
  }
  const letters = count(text, latin)
  return letters > most ? 'latin' : best
}

const base = (tag: string): string => tag.toLowerCase().split('-')[0] ?? ''
const scriptOfLanguage = (tag: string): string => (scripts.some(([, language]) => language === base(tag)) ? base(tag) : /^(uk|bg|sr|be|kk)$/.test(base(tag)) ? 'ru' : /^(fa|ur)$/.test(base(tag)) ? 'ar' : 'latin')

/** The visitor's language: their browser's, unless they write in a script that it is not written in. */
export function visitorLanguage(locale: string, written: string): string | undefined {
  const script = scriptOf(written)
  if (locale !== '' && (script === undefined || script === scriptOfLanguage(locale))) return locale
  if (script === undefined) return undefined
  if (script === 'latin') return 'en'
  return script === 'zh' ? 'zh-CN' : script
}

/** Whether a text is surely not in the reader's language; of Latin letters only a reader of Chinese can be sure. */
export function isForeign(text: string, reader: string): boolean {
  const script = scriptOf(text)
  return script !== undefined && script !== scriptOfLanguage(reader)
}

/** "German" for "de"; what is no language stays as it came. */
export function languageName(tag: string, reader: string): string {
  try {
    return tag === '' ? '' : (new Intl.DisplayNames([reader], { type: 'language' }).of(tag) ?? tag)
  } catch {
    return tag
  }
}
