// What the AI agent knows: a list, one entry of it, and beside it what a visitor would be answered.
import '../styles/flow.css'
import { IconArrowLeft, IconBook2 } from '@tabler/icons-react'
import { KnowledgeKind, Role, type Agent } from '@weikeyi/sdk/json'
import { useState } from 'react'
import { Link, Route, Switch, useLocation, useSearchParams } from 'wouter'
import type { Trace } from '../flow/trace'
import { useEntry, useSiteList } from './calls'
import { DocumentsPage } from './documents_page'
import { useDrafts } from './drafts'
import { EntryEditor } from './entry_editor'
import { EntryList } from './entry_list'
import { GapsPage } from './gaps_page'
import { ImportPage } from './import_page'
import { TestBench } from './test_bench'
import { useTexts } from './texts'
import { TrainingPage } from './training_page'
import { WebsitePage } from './website_page'

const entryIn = /^\/knowledge\/(\d+)$/

/** Everything below /knowledge. What a role may not do is not shown; the server checks all the same. */
export default function KnowledgePage({ me }: { me: Agent }) {
  const { k } = useTexts()
  const [path, go] = useLocation()
  const [search] = useSearchParams()
  const sites = useSiteList()
  const drafts = useDrafts(me.id)
  const mayWrite = me.role >= Role.SUPERVISOR
  const id = entryIn.exec(path)?.[1]
  const entry = useEntry(id)
  // Counted up whenever something was stored, so that the question on the bench is tried again.
  const [stored, setStored] = useState(0)
  const [trace, setTrace] = useState<Trace>()
  const opened = path !== '/knowledge'
  // Back with the filter that was chosen.
  const query = search.size === 0 ? '' : `?${search.toString()}`
  const to = (place: string): string => `/knowledge${place === '' ? '' : `/${place}`}${query}`
  const onStored = (next: string | undefined): void => {
    setStored((count) => count + 1)
    if (next !== undefined) go(to(next), { replace: true })
  }
  const ownSite = entry.data === undefined || entry.data.siteId === '0' ? undefined : entry.data.siteId
  const flow = path === '/knowledge/new-flow' || entry.data?.kind === KnowledgeKind.FLOW
  return (
    <main className={`knowledge${opened ? ' opened' : ''}${flow ? ' drawing' : ''}`}>
      <EntryList mayWrite={mayWrite} open={id} sites={sites} drafts={drafts} to={to} />
      <div className="knowledge-work">
        <div className={path.startsWith('/knowledge/try') ? 'knowledge-main hidden-narrow' : 'knowledge-main'}>
          {opened && (
            <Link href={to('')} className={flow ? 'knowledge-back' : 'only-narrow knowledge-back'}>
              <IconArrowLeft size={18} /> {k('back')}
            </Link>
          )}
          <Switch>
            {mayWrite && (
              <Route path="/knowledge/new">
                <EntryEditor key="new" id={undefined} sites={sites} mayWrite draft={drafts.get('new')} trace={undefined} onStored={onStored} />
              </Route>
            )}
            {mayWrite && (
              <Route path="/knowledge/new-flow">
                <EntryEditor key="new-flow" id={undefined} kind={KnowledgeKind.FLOW} sites={sites} mayWrite draft={drafts.get('new-flow')} trace={undefined} onStored={onStored} />
              </Route>
            )}
            {mayWrite && (
              <Route path="/knowledge/import">
                <ImportPage sites={sites} onStored={() => onStored(undefined)} />
              </Route>
            )}
            <Route path="/knowledge/training">
              <TrainingPage sites={sites} mayWrite={mayWrite} />
            </Route>
            {mayWrite && (
              <Route path="/knowledge/gaps">
                <GapsPage sites={sites} to={to} draft={drafts.get('new')} />
              </Route>
            )}
            {mayWrite && (
              <Route path="/knowledge/documents">
                <DocumentsPage sites={sites} to={to} onStored={() => onStored(undefined)} />
              </Route>
            )}
            {mayWrite && (
              <Route path="/knowledge/website">
                <WebsitePage sites={sites} onStored={() => onStored(undefined)} />
              </Route>
            )}
            <Route path="/knowledge/:id">
              {id === undefined ? (
                <Nothing />
              ) : (
                <EntryEditor key={id} id={id} sites={sites} mayWrite={mayWrite} draft={drafts.get(id)} trace={trace} onStored={onStored} />
              )}
            </Route>
            <Route>
              <Nothing />
            </Route>
          </Switch>
        </div>
        <TestBench sites={sites} ownSite={ownSite} stored={stored} open={id} unsaved={flow && id !== undefined && drafts.has(id)} to={to} onTrace={setTrace} />
      </div>
    </main>
  )
}

/** No entry is open. */
function Nothing() {
  const { k } = useTexts()
  return (
    <div className="knowledge-nothing">
      <IconBook2 size={44} stroke={1.1} aria-hidden />
      <h2>{k('choose')}</h2>
      <p className="quiet">{k('chooseHelp')}</p>
    </div>
  )
}
