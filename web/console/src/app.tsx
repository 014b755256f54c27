import { Center, Loader } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useCallback } from 'react'
import { Redirect, Route, Router, Switch } from 'wouter'
import { api, take } from './api'
import { CommandsProvider } from './commands'
import { Inbox } from './inbox/inbox'
import { SearchPage } from './search_page'
import { SessionProvider, useMe } from './session'
import { SetupPage } from './setup_page'
import { Shell } from './shell'
import { SignInPage } from './sign_in_page'

const AdminPages = lazy(() => import('./admin/AdminPages'))
const KnowledgePage = lazy(() => import('./knowledge/KnowledgePage'))
const ProfilePage = lazy(() => import('./admin/ProfilePage'))

function Pages() {
  const me = useMe()
  return (
    <Suspense fallback={<Waiting />}>
      <Switch>
        <Route path="/admin/*?">
          <AdminPages me={me} />
        </Route>
        <Route path="/knowledge/*?">
          <KnowledgePage me={me} />
        </Route>
        <Route path="/profile">
          <ProfilePage me={me} />
        </Route>
        <Route path="/search">
          <SearchPage />
        </Route>
        <Route path="/c/:id">{({ id }) => <Inbox open={id} />}</Route>
        <Route path="/">
          <Inbox />
        </Route>
        <Route>
          <Redirect to="/" />
        </Route>
      </Switch>
    </Suspense>
  )
}

const Waiting = () => (
  <Center h="100%" mih={200}>
    <Loader size="sm" />
  </Center>
)

export function App() {
  const queries = useQueryClient()
  const setup = useQuery({ queryKey: ['setup'], queryFn: () => take(api.setup()), staleTime: Infinity })
  const me = useQuery({ queryKey: ['me'], queryFn: () => take(api.me()), retry: false, staleTime: Infinity, enabled: setup.data?.needed === false })
  const again = (): void => {
    void queries.invalidateQueries({ queryKey: ['setup'] })
    void queries.resetQueries({ queryKey: ['me'] })
  }
  // Nothing of the account stays on the page; the server is asked who one is now (a changed role also ends the connection).
  const signedOut = useCallback((): void => {
    queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' && queryKey[0] !== 'setup' })
    void queries.resetQueries({ queryKey: ['me'] })
  }, [queries])
  if (setup.isPending) return <Waiting />
  if (setup.data?.needed === true) return <SetupPage onDone={again} />
  if (me.isPending && setup.isSuccess) return <Waiting />
  if (me.data === undefined) return <SignInPage onDone={again} />
  return (
    <Router base="/console">
      <SessionProvider key={me.data.id} me={me.data} onSignedOut={signedOut}>
        <CommandsProvider>
          <Shell>
            <Pages />
          </Shell>
        </CommandsProvider>
      </SessionProvider>
    </Router>
  )
}
