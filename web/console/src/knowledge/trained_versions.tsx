import { Button } from '@mantine/core'
import type { IntentStatus } from '@weikeyi/sdk/json'
import { dayAndTime } from '../format'
import { useTexts } from './texts'
import { percent } from './training_shares'

interface Versions {
  status: IntentStatus
  mayWrite: boolean
  busy: boolean
  /** 0: always the newest. */
  onActivate: (version: number) => void
}

export function TrainedVersions({ status, mayWrite, busy, onActivate }: Versions) {
  const { k, language } = useTexts()
  return (
    <section aria-label={k('trainingVersions')}>
      <h3>{k('trainingVersions')}</h3>
      {status.pinnedVersion !== 0 && (
        <p className="training-pinned">
          {k('trainingPinned', { version: status.pinnedVersion })}{' '}
          {mayWrite && (
            <Button size="compact-xs" variant="light" disabled={busy} onClick={() => onActivate(0)}>
              {k('trainingUnpin')}
            </Button>
          )}
        </p>
      )}
      <ul className="training-versions">
        {status.versions.map((one) => (
          <li key={one.version}>
            <span className="training-version">{k('trainingVersion', { version: one.version })}</span>
            <span className="quiet grow">
              {dayAndTime(one.trainedMs, language)} · {k('trainingVersionFigures', { accuracy: percent(one.accuracyPermille), intents: one.intents })}
            </span>
            {one.version === status.activeVersion ? (
              <span className="label-chip">{k('trainingInUse')}</span>
            ) : (
              mayWrite && (
                <Button size="compact-xs" variant="default" disabled={busy} onClick={() => onActivate(one.version)} aria-label={k('trainingUseOf', { version: one.version })}>
                  {k('trainingUse')}
                </Button>
              )
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
