// Files become articles: dropped or chosen, several at once, each with what became of it.
import { Button, Select, VisuallyHidden } from '@mantine/core'
import { IconAlertCircle, IconCheck, IconFileText, IconFileUpload } from '@tabler/icons-react'
import type { Site } from '@weikeyi/sdk/json'
import { sendUpload } from '@weikeyi/sdk/browser'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { Link } from 'wouter'
import { ProblemError, useProblemText } from '../api'
import { bytes } from '../format'
import { knowledgeChanged } from './calls'
import { addDocument, documentBytesMax, documentEndings, documentsMax, wrongWith, type DocumentState } from './document_upload'
import { useTexts, type KnowledgeKey } from './texts'

interface Row {
  key: number
  file: File
  state: DocumentState
}

const problemKeys: Record<string, KnowledgeKey> = {
  document_unknown_format: 'documentUnknown',
  document_too_large: 'documentLarge',
  document_encrypted: 'documentEncrypted',
  document_without_text: 'documentNoText',
  document_damaged: 'documentDamaged',
  document_takes_too_long: 'documentSlow',
  document_reader_missing: 'documentNoReader',
}

export function DocumentsPage({ sites, to, onStored }: { sites: readonly Site[]; to: (place: string) => string; onStored: () => void }) {
  const { k } = useTexts()
  const queries = useQueryClient()
  const [rows, setRows] = useState<readonly Row[]>([])
  const [siteId, setSiteId] = useState('0')
  const [over, setOver] = useState(false)
  const [running, setRunning] = useState(false)
  const [leftOut, setLeftOut] = useState(0)
  const input = useRef<HTMLInputElement>(null)
  const waiting = useRef<Row[]>([])
  const keys = useRef(0)
  const stop = useRef(false)
  const abort = useRef<() => void>(() => undefined)
  const works = useRef(false)
  // Whoever leaves the page leaves the rest undone.
  useEffect(() => {
    stop.current = false
    return () => {
      stop.current = true
      abort.current()
    }
  }, [])

  const set = (key: number, state: DocumentState): void => setRows((all) => all.map((row) => (row.key === key ? { ...row, state } : row)))
  const work = async (site: string): Promise<void> => {
    if (works.current) return
    works.current = true
    setRunning(true)
    for (let row = waiting.current.shift(); row !== undefined; row = waiting.current.shift()) {
      const { key, file } = row
      const state = await addDocument({ name: file.name, size: file.size, body: file }, site, {
        send: sendUpload,
        wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
        stopped: () => stop.current,
        changed: (next) => set(key, next),
        running: (end) => (abort.current = end),
      })
      set(key, state)
      if (state.kind === 'added') {
        onStored()
        await knowledgeChanged(queries)
      }
    }
    works.current = false
    setRunning(false)
  }
  const take = (files: Iterable<File>): void => {
    const all = [...files]
    const taken = all.slice(0, documentsMax).map((file): Row => ({ key: (keys.current += 1), file, state: wrongWith(file.name, file.size) ?? { kind: 'waiting' } }))
    setLeftOut(all.length - taken.length)
    setRows((before) => [...before.slice(-documentsMax), ...taken])
    stop.current = false
    waiting.current.push(...taken.filter(({ state }) => state.kind === 'waiting'))
    void work(siteId)
  }
  return (
    <section className="knowledge-entry" aria-label={k('documents')}>
      <header className="knowledge-entry-head">
        <h2>{k('documents')}</h2>
        <p className="quiet">{k('documentsHelp')}</p>
      </header>
      <div
        className={over ? 'drop-zone over' : 'drop-zone'}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault()
          setOver(false)
          take(event.dataTransfer.files)
        }}
      >
        <IconFileUpload size={32} stroke={1.3} aria-hidden />
        <p className="strong">{k('documentsDrop')}</p>
        <p className="quiet">{k('documentsKinds', { most: bytes(documentBytesMax) })}</p>
        <Button variant="default" onClick={() => input.current?.click()}>
          {k('documentsChoose')}
        </Button>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          accept={documentEndings.join(',')}
          aria-label={k('documentsChoose')}
          onChange={(event) => {
            take(event.currentTarget.files ?? [])
            event.currentTarget.value = ''
          }}
        />
      </div>
      <div className="knowledge-row-fields">
        <Select
          size="xs"
          label={k('ofSite')}
          allowDeselect={false}
          disabled={running}
          value={siteId}
          onChange={(value) => setSiteId(value ?? '0')}
          data={[{ value: '0', label: k('allSites') }, ...sites.map((site) => ({ value: site.id, label: site.name }))]}
        />
        {running && (
          <Button
            variant="default"
            size="xs"
            mt="auto"
            onClick={() => {
              stop.current = true
              abort.current()
            }}
          >
            {k('importStop')}
          </Button>
        )}
      </div>
      {leftOut > 0 && <p className="bench-problem" role="alert">{k('documentsLeftOut', { count: leftOut, most: documentsMax })}</p>}
      {rows.length > 0 && <Rows rows={rows} to={to} />}
      <VisuallyHidden role="status">{rows.length > 0 && !running && k('documentsDone', { added: rows.filter(({ state }) => state.kind === 'added').length, all: rows.length })}</VisuallyHidden>
    </section>
  )
}

function Rows({ rows, to }: { rows: readonly Row[]; to: (place: string) => string }) {
  const { k } = useTexts()
  return (
    <ul className="documents" aria-label={k('documentsList')}>
      {rows.map(({ key, file, state }) => (
        <li key={key} className={`document ${state.kind}`}>
          {state.kind === 'added' ? <IconCheck size={18} className="document-added" aria-hidden /> : state.kind === 'refused' ? <IconAlertCircle size={18} className="document-refused" aria-hidden /> : <IconFileText size={18} stroke={1.5} aria-hidden />}
          <span className="document-text">
            <span className="document-name" dir="auto">
              {file.name} <span className="quiet">{bytes(file.size)}</span>
            </span>
            <State name={file.name} state={state} to={to} />
          </span>
        </li>
      ))}
    </ul>
  )
}

function State({ name, state, to }: { name: string; state: DocumentState; to: (place: string) => string }) {
  const { k } = useTexts()
  const problemText = useProblemText()
  switch (state.kind) {
    case 'waiting':
      return <span className="quiet">{k('documentWaiting')}</span>
    case 'sending':
      return (
        <span className="document-progress">
          <progress className="import-progress" max={1} value={state.fraction} aria-label={name} />
          <span className="quiet">{k('documentSending', { percent: Math.round(state.fraction * 100) })}</span>
        </span>
      )
    case 'reading':
      return (
        <span className="document-progress">
          <progress className="import-progress" aria-label={name} />
          <span className="quiet">{k('documentReading')}</span>
        </span>
      )
    case 'stopped':
      return <span className="quiet">{k('documentStopped')}</span>
    case 'refused': {
      const known = problemKeys[state.problem.code]
      return <span className="bench-problem">{known === undefined ? problemText(new ProblemError(state.problem)) : k(known, { most: bytes(documentBytesMax) })}</span>
    }
    case 'added':
      return (
        <span className="document-entries">
          {k('documentAdded')}
          {state.entries.slice(0, 5).map((entry) => (
            <Link key={entry.id} href={to(entry.id)} dir="auto">
              {entry.title}
            </Link>
          ))}
          {state.entries.length > 5 && <span className="quiet">{k('documentMore', { count: state.entries.length - 5 })}</span>}
        </span>
      )
  }
}
