import { Container, Stack, Tabs, Text, Title } from '@mantine/core'
import { Role, type Agent } from '@weikeyi/sdk/json'
import { Route, Switch, useLocation } from 'wouter'
import { AdmissionPage } from './admission_page'
import { AgentsPage } from './agents_page'
import { BotPage } from './bot_page'
import { SitePage } from './site_page'
import { SitesPage } from './sites_page'
import { useTexts, type AdminKey } from './texts'
import { TokensPage } from './tokens_page'

interface Tab {
  path: string
  label: AdminKey
}
const sites: Tab = { path: '/admin', label: 'sites' }
const bot: Tab = { path: '/admin/ai', label: 'botReport' }
const agents: Tab = { path: '/admin/agents', label: 'agents' }
const tokens: Tab = { path: '/admin/tokens', label: 'tokens' }
const admission: Tab = { path: '/admin/limits', label: 'admission' }

function tabsOf(role: Role): Tab[] {
  if (role === Role.ADMINISTRATOR) return [sites, bot, agents, tokens, admission]
  return role === Role.SUPERVISOR ? [sites, bot, agents] : []
}

/** Everything below /admin. What a role may not do is not shown; the server checks all the same. */
export default function AdminPages({ me }: { me: Agent }) {
  const { w } = useTexts()
  const [path, go] = useLocation()
  const tabs = tabsOf(me.role)
  const open = tabs.findLast((tab) => path.startsWith(tab.path))
  return (
    <Container size="lg" py="md" w="100%" h="100%" style={{ overflowY: 'auto' }}>
      {tabs.length === 0 ? (
        <Stack gap="xs" py="xl" align="center" ta="center">
          <Title order={1} size="h3">
            {w('noPermission')}
          </Title>
          <Text c="dimmed" maw={480}>
            {w('noPermissionHelp')}
          </Text>
        </Stack>
      ) : (
        <Stack>
          <Title order={1} size="h3">
            {w('administration')}
          </Title>
          <Tabs value={open?.path ?? null} onChange={(next) => next !== null && go(next)}>
            <Tabs.List aria-label={w('administration')}>
              {tabs.map((tab) => (
                <Tabs.Tab key={tab.path} value={tab.path}>
                  {w(tab.label)}
                </Tabs.Tab>
              ))}
            </Tabs.List>
          </Tabs>
          <Switch>
            <Route path="/admin">
              <SitesPage />
            </Route>
            <Route path="/admin/sites/:id">{({ id }) => <SitePage id={id} me={me} />}</Route>
            <Route path="/admin/ai">
              <BotPage />
            </Route>
            <Route path="/admin/agents">
              <AgentsPage me={me} />
            </Route>
            {tabs.includes(tokens) && (
              <Route path="/admin/tokens">
                <TokensPage me={me} />
              </Route>
            )}
            {tabs.includes(admission) && (
              <Route path="/admin/limits">
                <AdmissionPage />
              </Route>
            )}
            <Route>
              <Text c="dimmed">{w('notFound')}</Text>
            </Route>
          </Switch>
        </Stack>
      )}
    </Container>
  )
}
