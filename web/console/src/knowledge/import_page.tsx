// Many questions at once: pasted, or out of a file.
import { Button, FileButton, Select, Textarea } from '@mantine/core'
import { KnowledgeKind, type Site } from '@weikeyi/sdk/json'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { idempotencyKey, ProblemError, useProblemText } from '../api'
import { bytes } from '../format'
import { decoded, tableOf } from '../table_text'
import { calls, knowledgeChanged } from './calls'
import { phrasingsMax } from './entry_form'
import { importFaqs, type RefusedRow } from './faq_import'
import { faqsOf, rowsMax, type FaqRow, type RowWrong } from './faq_table'
import { useTexts, type KnowledgeKey } from './texts'

const fileBytesMax = 4 * 1024 * 1024
const linesShown = 200
const wrongKeys: Record<RowWrong, KnowledgeKey> = {
  noQuestion: 'rowNoQuestion',
  noAnswer: 'rowNoAnswer',
  questionLong: 'rowQuestionLong',
  answerLong: 'rowAnswerLong',
  phrasingLong: 'rowPhrasingLong',
  phrasingsMany: 'rowPhrasingsMany',
  twice: 'rowTwice',
  quote: 'rowQuote',
  beyond: 'rowBeyond',
}

interface Run {
  all: number
  done: number
  running: boolean
  refused: readonly RefusedRow[]
}

export function ImportPage({ sites, onStored }: { sites: readonly Site[]; onStored: () => void }) {
  const { k } = useTexts()
  const problemText = useProblemText()
  const queries = useQueryClient()
  const [text, setText] = useState('')
  const [siteId, setSiteId] = useState('0')
  const [tooLarge, setTooLarge] = useState(false)
  const [run, setRun] = useState<Run>()
  const stop = useRef(false)
  const found = useMemo(() => faqsOf(text), [text])
  const running = run?.running === true
  // Whoever leaves the page leaves the rest of it undone.
  useEffect(() => {
    stop.current = false
    return () => {
      stop.current = true
    }
  }, [])

  const read = async (file: File | null): Promise<void> => {
    if (file === null) return
    setTooLarge(file.size > fileBytesMax)
    if (file.size > fileBytesMax) return
    setRun(undefined)
    setText(decoded(new Uint8Array(await file.arrayBuffer())))
  }
  const start = async (): Promise<void> => {
    const { rows } = found
    stop.current = false
    setRun({ all: rows.length, done: 0, running: true, refused: [] })
    const refused = await importFaqs(rows, {
      create: ({ question, answer, phrasings }, key) => calls.create({ kind: KnowledgeKind.FAQ, siteId, title: question, body: answer, phrasings }, key),
      key: idempotencyKey,
      wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      stopped: () => stop.current,
      progress: (done) => setRun({ all: rows.length, done, running: true, refused: [] }),
    })
    setRun({ all: rows.length, done: rows.length - refused.filter(({ problem }) => problem === undefined).length, running: false, refused })
    setText('')
    onStored()
    await knowledgeChanged(queries)
  }
  const whyRefused = ({ problem }: RefusedRow): string => {
    if (problem === undefined) return k('importNotTried')
    return problem.status >= 400 && problem.status < 500 && problem.detail !== '' ? problem.detail : problemText(new ProblemError(problem))
  }
  return (
    <section className="knowledge-entry" aria-label={k('importTitle')}>
      <header className="knowledge-entry-head">
        <h2>{k('importTitle')}</h2>
        <p className="quiet">{k('importHelp')}</p>
      </header>
      <Textarea
        label={k('importText')}
        placeholder={k('importExample')}
        dir="auto"
        autosize
        minRows={6}
        maxRows={16}
        disabled={running}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value)
          setRun(undefined)
        }}
      />
      <div className="knowledge-row-fields">
        <FileButton accept=".csv,.tsv,.txt,text/csv,text/plain" onChange={(file) => void read(file)}>
          {(button) => (
            <Button {...button} variant="default" size="xs" disabled={running}>
              {k('importFile')}
            </Button>
          )}
        </FileButton>
        <Select
          size="xs"
          aria-label={k('ofSite')}
          allowDeselect={false}
          disabled={running}
          value={siteId}
          onChange={(value) => setSiteId(value ?? '0')}
          data={[{ value: '0', label: k('allSites') }, ...sites.map((site) => ({ value: site.id, label: site.name }))]}
        />
      </div>
      {tooLarge && <p className="bench-problem" role="alert">{k('importFileLarge', { most: bytes(fileBytesMax) })}</p>}
      {text.trim() !== '' && run === undefined && (
        <div role="status">
          <p>{k('importFound', { count: found.rows.length })}</p>
          {found.wrong.length > 0 && (
            <>
              <p className="bench-problem">{k('importWrong', { count: found.wrong.length })}</p>
              <Lines lines={found.wrong.map(({ line, cells, why }) => ({ line, text: cells.filter((cell) => cell !== '').join(' · '), why: k(wrongKeys[why], { most: why === 'beyond' ? rowsMax : phrasingsMax }) }))} />
            </>
          )}
        </div>
      )}
      {run !== undefined && <Progress run={run} />}
      {run !== undefined && !run.running && (
        <div role="status">
          <p className="strong">{k('importAdded', { count: run.all - run.refused.length })}</p>
          {run.refused.length > 0 && (
            <>
              <p className="bench-problem">{k('importRefused', { count: run.refused.length })}</p>
              <Lines lines={run.refused.map((one) => ({ line: one.row.line, text: one.row.question, why: whyRefused(one) }))} />
            </>
          )}
        </div>
      )}
      <div className="knowledge-save">
        {running ? (
          <Button variant="default" onClick={() => (stop.current = true)}>
            {k('importStop')}
          </Button>
        ) : (
          <Button disabled={found.rows.length === 0} onClick={() => void start()}>
            {k('importGo', { count: found.rows.length })}
          </Button>
        )}
        {run !== undefined && !run.running && run.refused.length > 0 && (
          <Button
            variant="default"
            onClick={() => {
              setText(tableOf(run.refused.map(({ row }) => cellsOf(row))))
              setRun(undefined)
            }}
          >
            {k('importKeep')}
          </Button>
        )}
      </div>
    </section>
  )
}

const cellsOf = ({ question, answer, phrasings }: FaqRow): string[] => [question, answer, ...(phrasings.length === 0 ? [] : [phrasings.join('|')])]

function Progress({ run }: { run: Run }) {
  const { k } = useTexts()
  return (
    <div>
      <progress className="import-progress" aria-label={k('importProgress')} max={Math.max(1, run.all)} value={run.done} />
      <p className="quiet">{k('importDone', { done: run.done, all: run.all })}</p>
    </div>
  )
}

function Lines({ lines }: { lines: readonly { line: number; text: string; why: string }[] }) {
  const { k } = useTexts()
  return (
    <ul className="import-lines">
      {lines.slice(0, linesShown).map(({ line, text, why }) => (
        <li key={line}>
          <span className="quiet">{k('line', { line })}</span>
          <span className="import-text" dir="auto">
            {text}
          </span>
          <span className="import-why">{why}</span>
        </li>
      ))}
      {lines.length > linesShown && <li>…</li>}
    </ul>
  )
}
