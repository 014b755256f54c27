// The frame around every page: rail, connection bar, language, theme, presence.
import { ActionIcon, Avatar, Indicator, Menu, Tooltip, useMantineColorScheme } from '@mantine/core'
import { Presence } from '@weikeyi/sdk/json'
import { IconBell, IconBellRinging, IconBook2, IconCheck, IconCommand, IconMessages, IconMoon, IconSearch, IconSettings } from '@tabler/icons-react'
import { useCallback, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react'
import { Link, useLocation } from 'wouter'
import { useAlertChoice, useAlerts } from './alerts'
import { unreadFor } from './board'
import { CommandBar, openCommandBar } from './command_bar'
import { useCommands } from './commands'
import { HelpSheet } from './help_sheet'
import { useI18n } from './i18n'
import icon from './icon.svg'
import { LinkBar } from './link_bar'
import { useSession } from './session'

function usePresence() {
  const { client, me } = useSession()
  const [presence, setPresence] = useState<number>(Presence.ONLINE)
  useEffect(() => client.onWelcome((welcome) => {
    if (welcome.principal?.$case === 'agent') setPresence(welcome.principal.value.presence || Presence.ONLINE)
  }), [client])
  useEffect(() => client.onPresence((signal) => {
    if (signal.agentId === me.id && signal.presence !== Presence.UNSPECIFIED) setPresence(signal.presence)
  }), [client, me.id])
  return { presence, choose: (next: typeof Presence.ONLINE | typeof Presence.BUSY | typeof Presence.OFFLINE) => client.setPresence(next) && setPresence(next) }
}

const presenceColors: Record<number, string> = { [Presence.ONLINE]: 'var(--wk-online)', [Presence.BUSY]: 'var(--wk-busy)', [Presence.OFFLINE]: 'var(--wk-n5)' }

export function Shell({ children }: { children: ReactNode }) {
  const { t, language, setLanguage } = useI18n()
  const { me, board, signOut } = useSession()
  const { presence, choose } = usePresence()
  const { setColorScheme } = useMantineColorScheme()
  const [location, go] = useLocation()
  const places = [
    { to: '/', label: t('conversations'), Icon: IconMessages, here: location === '/' || location.startsWith('/c/') },
    { to: '/search', label: t('search'), Icon: IconSearch, here: location.startsWith('/search') },
    { to: '/knowledge', label: t('knowledge'), Icon: IconBook2, here: location.startsWith('/knowledge') },
    ...(me.role >= 2 ? [{ to: '/admin', label: t('administration'), Icon: IconSettings, here: location.startsWith('/admin') }] : []),
  ]
  const unread = useSyncExternalStore(board.subscribe, () => unreadFor(board.snapshot(), me.id))
  const shown = unread > 99 ? '99+' : unread
  const { choice, choose: chooseAlerts } = useAlertChoice()
  useAlerts(choice, useCallback((id: string) => go(`/c/${id}`), [go]))
  const groupPlaces = t('groupPlaces')
  useCommands([
    { id: 'go-conversations', label: t('conversations'), group: groupPlaces, keys: { code: 'KeyC', alt: true }, run: () => go('/') },
    { id: 'go-search', label: t('search'), group: groupPlaces, keys: { code: 'KeyV', alt: true }, single: { code: 'Slash' }, run: () => go('/search') },
    { id: 'go-knowledge', label: t('knowledge'), group: groupPlaces, keys: { code: 'KeyW', alt: true }, run: () => go('/knowledge') },
    ...(me.role >= 2 ? [{ id: 'go-admin', label: t('administration'), group: groupPlaces, keys: { code: 'KeyS', alt: true }, run: () => go('/admin') }] : []),
    { id: 'go-profile', label: t('profile'), group: groupPlaces, run: () => go('/profile') },
    { id: 'be-online', label: t('online'), group: t('groupPresence'), run: () => choose(Presence.ONLINE) },
    { id: 'be-busy', label: t('busy'), group: t('groupPresence'), run: () => choose(Presence.BUSY) },
    { id: 'be-away', label: t('offline'), group: t('groupPresence'), run: () => choose(Presence.OFFLINE) },
    { id: 'light', label: t('light'), group: t('appearance'), run: () => setColorScheme('light') },
    { id: 'dark', label: t('dark'), group: t('appearance'), run: () => setColorScheme('dark') },
    { id: 'language', label: language === 'en' ? '简体中文' : 'English', group: t('language'), run: () => setLanguage(language === 'en' ? 'zh-CN' : 'en') },
    { id: 'sign-out', label: t('signOut'), group: groupPlaces, run: signOut },
  ])
  return (
    <div className="shell">
      <CommandBar />
      <HelpSheet />
      <nav className="rail" aria-label="weikeyi">
        <img src={icon} alt="" width={28} height={28} className="rail-mark" />
        {places.map(({ to, label, Icon, here }) => (
          <Tooltip key={to} label={label} position="right">
            <Link href={to} className={here ? 'rail-link here' : 'rail-link'} aria-label={to === '/' && unread > 0 ? `${label}, ${t('unread', { count: shown })}` : label} aria-current={here ? 'page' : undefined}>
              <Icon size={22} stroke={1.6} />
              {to === '/' && unread > 0 && <span className="rail-badge" aria-hidden>{shown}</span>}
            </Link>
          </Tooltip>
        ))}
        <div className="grow" />
        <Tooltip label={t('commandBar')} position="right">
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('commandBar')} onClick={openCommandBar}>
            <IconCommand size={20} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
        <Menu position="right-end" withinPortal closeOnItemClick={false}>
          <Menu.Target>
            <Tooltip label={t('alerts')} position="right">
              <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('alerts')}>
                {choice.sound || choice.desktop ? <IconBellRinging size={20} stroke={1.6} /> : <IconBell size={20} stroke={1.6} />}
              </ActionIcon>
            </Tooltip>
          </Menu.Target>
          <Menu.Dropdown maw={280}>
            <Menu.Label>{t('alertsHelp')}</Menu.Label>
            {(['sound', 'desktop'] as const).map((kind) => (
              <Menu.CheckboxItem key={kind} checked={choice[kind]} onChange={() => void chooseAlerts({ ...choice, [kind]: !choice[kind] })}>
                {t(kind === 'sound' ? 'alertSound' : 'alertDesktop')}
              </Menu.CheckboxItem>
            ))}
          </Menu.Dropdown>
        </Menu>
        <Menu position="right-end" withinPortal>
          <Menu.Target>
            <Tooltip label={t('appearance')} position="right">
              <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('appearance')}>
                <IconMoon size={20} stroke={1.6} />
              </ActionIcon>
            </Tooltip>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Label>{t('appearance')}</Menu.Label>
            <Menu.Item onClick={() => setColorScheme('light')}>{t('light')}</Menu.Item>
            <Menu.Item onClick={() => setColorScheme('dark')}>{t('dark')}</Menu.Item>
            <Menu.Item onClick={() => setColorScheme('auto')}>{t('automatic')}</Menu.Item>
            <Menu.Divider />
            <Menu.Label>{t('language')}</Menu.Label>
            <Menu.Item aria-current={language === 'en'} onClick={() => setLanguage('en')}>English</Menu.Item>
            <Menu.Item aria-current={language === 'zh-CN'} onClick={() => setLanguage('zh-CN')}>简体中文</Menu.Item>
          </Menu.Dropdown>
        </Menu>
        <Menu position="right-end" withinPortal>
          <Menu.Target>
            <button type="button" className="rail-me" aria-label={me.name}>
              <Indicator color={presenceColors[presence] ?? 'var(--wk-n5)'} position="bottom-end" offset={4} size={11} withBorder>
                <Avatar name={me.name} color="initials" radius="xl" size={34} />
              </Indicator>
            </button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Label>{me.name}</Menu.Label>
            <Menu.Item leftSection={<span className="dot" style={{ background: presenceColors[Presence.ONLINE] }} />} rightSection={presence === Presence.ONLINE ? <IconCheck size={16} /> : <span className="check-room" />} onClick={() => choose(Presence.ONLINE)}>{t('online')}</Menu.Item>
            <Menu.Item leftSection={<span className="dot" style={{ background: presenceColors[Presence.BUSY] }} />} rightSection={presence === Presence.BUSY ? <IconCheck size={16} /> : <span className="check-room" />} onClick={() => choose(Presence.BUSY)}>{t('busy')}</Menu.Item>
            <Menu.Item leftSection={<span className="dot" style={{ background: presenceColors[Presence.OFFLINE] }} />} rightSection={presence === Presence.OFFLINE ? <IconCheck size={16} /> : <span className="check-room" />} onClick={() => choose(Presence.OFFLINE)}>{t('offline')}</Menu.Item>
            <Menu.Divider />
            <Menu.Item onClick={() => go('/profile')}>{t('profile')}</Menu.Item>
            <Menu.Item onClick={signOut}>{t('signOut')}</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </nav>
      <div className="shell-main">
        <LinkBar />
        {children}
      </div>
    </div>
  )
}
