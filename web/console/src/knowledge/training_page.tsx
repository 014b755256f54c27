// What the AI agent learned from the entries' phrasings: how sure it is of them, which are weak, and going back to an older model.
import { Alert, Button, Progress, Select } from '@mantine/core'
import { TrainingState, type IntentModelVersion, type IntentStatus, type Site } from '@weikeyi/sdk/json'
import { useMutation } from '@tanstack/react-query'
import { Link } from 'wouter'
import { useProblemText } from '../api'
import { useFilterParams } from '../use_filter_params'
import { useTexts } from './texts'
import { TrainedVersions } from './trained_versions'
import { trainingCalls, useStatusSetter, useTrainedVersion, useTraining } from './training_calls'
import { percent, sharesOf } from './training_shares'

interface Training {
  sites: readonly Site[]
  mayWrite: boolean
}

export function TrainingPage({ sites, mayWrite }: Training) {
  const { k } = useTexts()
  const problemText = useProblemText()
  const [params, set] = useFilterParams()
  const chosen = params.get('site') ?? ''
  const site = sites.some((one) => one.id === chosen) ? chosen : (sites[0]?.id ?? '0')
  const status = useTraining(site)
  const version = useTrainedVersion(site, status.data)
  const setStatus = useStatusSetter()
  const act = useMutation({ mutationFn: (ask: () => Promise<IntentStatus>) => ask(), onSuccess: (next) => setStatus(site, next) })
  const now = status.data
  return (
    <article className="knowledge-entry training" aria-label={k('training')}>
      <header>
        <h2>{k('training')}</h2>
        <p className="quiet">{k('trainingHelp')}</p>
      </header>
      <div className="training-bar">
        {sites.length > 1 && (
          <Select size="xs" aria-label={k('site')} allowDeselect={false} value={site} onChange={(value) => set('site', value ?? '')} data={sites.map((one) => ({ value: one.id, label: one.name }))} />
        )}
        {now !== undefined && <State status={now} />}
        {mayWrite && now !== undefined && now.entries > 1 && (
          <Button size="xs" variant="default" disabled={now.state !== TrainingState.IDLE} loading={act.isPending} onClick={() => act.mutate(() => trainingCalls.train(site))}>
            {k('trainNow')}
          </Button>
        )}
      </div>
      {status.isError && <Problem text={problemText(status.error)} />}
      {act.isError && <Problem text={problemText(act.error)} />}
      {now !== undefined && now.failure !== '' && <Problem text={k('trainingFailed', { detail: now.failure })} />}
      {now !== undefined && now.activeVersion === 0 && now.state === TrainingState.IDLE && <p>{k('trainingNone')}</p>}
      {now !== undefined && now.entriesTooFew > 0 && <p className="quiet">{k('trainingTooFew', { count: now.entriesTooFew })}</p>}
      {version.isError && <Problem text={problemText(version.error)} />}
      {version.data !== undefined && <Report version={version.data} />}
      {now !== undefined && now.versions.length > 0 && (
        <TrainedVersions status={now} mayWrite={mayWrite} busy={act.isPending} onActivate={(wanted) => act.mutate(() => trainingCalls.activate(site, wanted))} />
      )}
    </article>
  )
}

const Problem = ({ text }: { text: string }) => (
  <Alert color="red" role="alert">
    {text}
  </Alert>
)

function State({ status }: { status: IntentStatus }) {
  const { k } = useTexts()
  const running = status.state === TrainingState.RUNNING
  const text = running ? k('trainingRuns', { percent: Math.round(status.progressPermille / 10) }) : status.state === TrainingState.WAITING ? k('trainingWaits') : status.activeVersion === 0 ? '' : k('trainingIdle')
  return (
    <div className="training-state">
      <span role="status">{text}</span>
      {running && <Progress value={status.progressPermille / 10} size="sm" aria-label={k('training')} />}
    </div>
  )
}

function Report({ version }: { version: IntentModelVersion }) {
  const { k } = useTexts()
  const shares = sharesOf(version)
  return (
    <>
      <section aria-label={k('trainingQuality')}>
        <h3>{k('trainingQuality')}</h3>
        <p className="quiet">{k('trainingQualityHelp')}</p>
        <div className="training-shares" aria-hidden>
          {shares.map(({ name, permille }) => (
            <span key={name} className={`share-${name}`} style={{ flexGrow: permille }} />
          ))}
        </div>
        <ul className="training-legend">
          {shares.map(({ name, permille, text }) => (
            <li key={name}>
              <span className={`dot share-${name}`} aria-hidden /> {k(text)} <strong>{percent(permille)}</strong>
            </li>
          ))}
        </ul>
        <p className="quiet">
          {k('trainingFigures', { accuracy: percent(version.accuracyPermille), intents: version.intents, examples: version.examples, strange: percent(version.strangeAnsweredPermille) })}{' '}
          {k(version.meanings ? 'trainingMeanings' : 'trainingWords')}
        </p>
        {version.contradictions > 0 && <p className="training-warning">{k('trainingContradictions', { count: version.contradictions })}</p>}
      </section>
      {version.weak.length > 0 && (
        <section aria-label={k('trainingWeak')}>
          <h3>{k('trainingWeak')}</h3>
          <p className="quiet">{k('trainingWeakHelp')}</p>
          <table className="training-table">
            <thead>
              <tr>
                <th scope="col">{k('question')}</th>
                <th scope="col">{k('trainingExamples')}</th>
                <th scope="col">{k('trainingRecall')}</th>
                <th scope="col">{k('trainingPrecision')}</th>
              </tr>
            </thead>
            <tbody>
              {version.weak.map((one) => (
                <tr key={one.entryId}>
                  <th scope="row">
                    <Entry id={one.entryId} title={one.title} />
                  </th>
                  <td>{one.examples}</td>
                  <td>{percent(one.recallPermille)}</td>
                  <td>{percent(one.precisionPermille)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {version.confusions.length > 0 && (
        <section aria-label={k('trainingConfused')}>
          <h3>{k('trainingConfused')}</h3>
          <ul className="training-confused">
            {version.confusions.map((one) => (
              <li key={`${one.entryId}-${one.takenForId}`}>
                <Entry id={one.entryId} title={one.title} /> → <Entry id={one.takenForId} title={one.takenFor} /> <span className="quiet">×{one.times}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  )
}

const Entry = ({ id, title }: { id: string; title: string }) => (
  <Link href={`/knowledge/${id}`} dir="auto">
    {title}
  </Link>
)
