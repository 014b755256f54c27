// What stands under a message of the AI agent: where the answer is from, and what may be asked next.
import { IconExternalLink } from '@tabler/icons-react'
import type { Citation } from '@weikeyi/sdk/wire/event'
import { httpUrl } from '../format'
import { useI18n } from '../i18n'

interface Extras {
  citations: readonly Citation[]
  choices: readonly string[]
  /** Not given: the choices are only shown. */
  onChoose?: (choice: string) => void
}

export function ReplyExtras({ citations, choices, onChoose }: Extras) {
  const { t } = useI18n()
  if (citations.length + choices.length === 0) return null
  return (
    <div className="reply-extras">
      {citations.map(({ title, url }, at) => {
        const address = httpUrl(url)
        return (
          <span key={at} className="citation" dir="auto">
            {t('botCites')}{' '}
            {address === undefined ? (
              title
            ) : (
              <a href={address} target="_blank" rel="noopener noreferrer nofollow" title={address}>
                {title || address}
                <IconExternalLink size={12} aria-hidden />
              </a>
            )}
          </span>
        )
      })}
      {choices.length > 0 && (
        <ul className="choices" aria-label={t('botChoices')}>
          {choices.map((choice, at) => (
            <li key={at} dir="auto">
              {onChoose === undefined ? (
                <span className="choice">{choice}</span>
              ) : (
                <button type="button" className="choice" onClick={() => onChoose(choice)}>
                  {choice}
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
