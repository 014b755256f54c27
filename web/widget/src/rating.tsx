import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { Icon } from './icons'
import type { Words } from './i18n'

const scores = [1, 2, 3, 4, 5]

/** One to five; the comment is asked for only afterwards, so that one click is enough. */
export function Rating({ rated, words, onRate }: { rated: boolean; words: Words; onRate: (score: number, comment: string) => void }): JSX.Element | null {
  const [score, setScore] = useState(0)
  const [hover, setHover] = useState(0)
  const [comment, setComment] = useState('')
  const [done, setDone] = useState(false)
  const rate = (chosen: number): void => {
    setScore(chosen)
    onRate(chosen, '')
  }
  // Rated earlier, or elsewhere: the line in the log says so.
  if (rated && score === 0) return null
  const shown = hover || score
  return (
    <section class="rating">
      <p>{score > 0 ? words.rateThanks : words.rateTitle}</p>
      <div class="stars" role="radiogroup" aria-label={words.rateTitle} onMouseLeave={() => setHover(0)}>
        {scores.map((value) => (
          <button
            type="button"
            key={value}
            role="radio"
            aria-checked={score === value}
            aria-label={words.rateStar(value)}
            class={value <= shown ? 'star on' : 'star'}
            onMouseEnter={() => setHover(value)}
            onClick={() => rate(value)}
          >
            <Icon name="star" size={26} />
          </button>
        ))}
      </div>
      {score > 0 && !done && (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            if (comment.trim() !== '') onRate(score, comment.trim())
            setDone(true)
          }}
        >
          <textarea rows={2} maxLength={1000} placeholder={words.rateComment} aria-label={words.rateComment} value={comment} onInput={(event) => setComment(event.currentTarget.value)} />
          {comment.trim() !== '' && (
            <button type="submit" class="primary">
              {words.send}
            </button>
          )}
        </form>
      )}
    </section>
  )
}
