// The frame around every page: rail, connection bar, language, theme, presence.
import { ActionIcon, Avatar, Indicator, Menu, Tooltip, useMantineColorScheme } from '@mantine/core'
import { Presence } from '@weikeyi/sdk/json'
import { IconMessages, IconMoon, IconSearch, IconSettings } from '@tabler/icons-react'
import { useEffect, useState, type ReactNode } from 'react'
import { Link, useLocation } from 'wouter'
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
  const { me, signOut } = useSession()
  const { presence, choose } = usePresence()
  const { setColorScheme } = useMantineColorScheme()
  const [location, go] = useLocation()
  const places = [
    { to: '/', label: t('conversations'), Icon: IconMessages, here: location === '/' || location.startsWith('/c/') },
    { to: '/search', label: t('search'), Icon: IconSearch, here: location.startsWith('/search') },
    ...(me.role >= 2 ? [{ to: '/admin', label: t('administration'), Icon: IconSettings, here: location.startsWith('/admin') }] : []),
  ]
  return (
    <div className="shell">
      <nav className="rail" aria-label="weikeyi">
        <img src={icon} alt="" width={28} height={28} className="rail-mark" />
        {places.map(({ to, label, Icon, here }) => (
          <Tooltip key={to} label={label} position="right">
            <Link href={to} className={here ? 'rail-link here' : 'rail-link'} aria-label={label} aria-current={here ? 'page' : undefined}>
              <Icon size={22} stroke={1.6} />
            </Link>
          </Tooltip>
        ))}
        <div className="grow" />
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
            <Menu.Item onClick={() => choose(Presence.ONLINE)}>{t('online')}</Menu.Item>
            <Menu.Item onClick={() => choose(Presence.BUSY)}>{t('busy')}</Menu.Item>
            <Menu.Item onClick={() => choose(Presence.OFFLINE)}>{t('offline')}</Menu.Item>
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
