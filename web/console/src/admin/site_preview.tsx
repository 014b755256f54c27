// The widget drawn from the form: colours by the tokens' own arithmetic, so that what is seen is what visitors get.
import { SegmentedControl, Stack, Text } from '@mantine/core'
import { brandTokens } from '@weikeyi/tokens'
import { useState, type CSSProperties } from 'react'
import type { FormLanguage, SiteForm } from './site_form'
import { useTexts } from './texts'

const faces = {
  light: { surface: '#ffffff', ink: '#1b1f27', quiet: '#5b6472', border: '#dfe3ea' },
  dark: { surface: '#181b21', ink: '#eceef2', quiet: '#a3abb8', border: '#333944' },
}

export function SitePreview({ form, name }: { form: SiteForm; name: string }) {
  const { w, language: mine } = useTexts()
  const [language, setLanguage] = useState<FormLanguage>(mine)
  const [online, setOnline] = useState(true)
  const { appearance } = form
  const systemDark = matchMedia('(prefers-color-scheme: dark)').matches
  const theme = appearance.theme === 'dark' || (appearance.theme === 'auto' && systemDark) ? 'dark' : 'light'
  const brand = brandTokens(appearance.color, theme)
  const face = faces[theme]
  const side: CSSProperties = { alignSelf: appearance.position === 'left' ? 'flex-start' : 'flex-end' }
  const title = appearance.title[language] || name
  return (
    <Stack gap="xs" component="section" aria-label={w('preview')}>
      <SegmentedControl
        size="xs"
        aria-label={w('language')}
        value={language}
        onChange={(value) => setLanguage(value === 'en' ? 'en' : 'zh-CN')}
        data={[
          { value: 'zh-CN', label: w('chinese') },
          { value: 'en', label: w('english') },
        ]}
      />
      <SegmentedControl
        size="xs"
        aria-label={w('presence')}
        value={online ? 'online' : 'offline'}
        onChange={(value) => setOnline(value === 'online')}
        data={[
          { value: 'online', label: w('previewOnline') },
          { value: 'offline', label: w('previewOffline') },
        ]}
      />
      <div style={{ display: 'flex', flexDirection: 'column', gap: 12, overflowWrap: 'anywhere' }} lang={language}>
        <div style={{ background: face.surface, color: face.ink, border: `1px solid ${face.border}`, borderRadius: 16, boxShadow: 'var(--wk-shadow)', overflow: 'hidden' }}>
          <div style={{ padding: '14px 16px', borderBottom: `1px solid ${face.border}` }}>
            <Text fw={600} size="md">
              {title}
            </Text>
            <Text size="xs" style={{ color: face.quiet }}>
              {w(online ? 'previewAgent' : 'previewAway')}
            </Text>
          </div>
          <div style={{ padding: '24px 16px', minHeight: 160, whiteSpace: 'pre-wrap', background: `linear-gradient(${brand['--wk-brand-soft']}, transparent)` }}>
            <Text fw={600} size="xl" lh={1.35}>
              {appearance.greeting[language] ?? ''}
            </Text>
            {!online && (
              <Text size="md" mt={6} style={{ color: face.quiet }}>
                {appearance.offlineMessage[language] ?? ''}
              </Text>
            )}
          </div>
          <div style={{ padding: '12px 16px', borderTop: `1px solid ${face.border}`, color: face.quiet }}>{w('previewCompose')}</div>
        </div>
        <div style={{ display: 'flex', alignItems: 'center', gap: 8, flexDirection: appearance.position === 'left' ? 'row-reverse' : 'row', ...side }}>
          {appearance.launcherLabel !== '' && (
            <span style={{ background: face.surface, color: face.ink, border: `1px solid ${face.border}`, borderRadius: 10, padding: '6px 12px' }}>{appearance.launcherLabel}</span>
          )}
          <span role="img" aria-label={w('previewLauncher')} style={{ width: 56, height: 56, borderRadius: 28, background: brand['--wk-brand'], display: 'grid', placeItems: 'center', flex: 'none' }}>
            <svg width="26" height="26" viewBox="0 0 24 24" fill="none" stroke={brand['--wk-on-brand']} strokeWidth="1.8" strokeLinejoin="round" aria-hidden="true">
              <path d="M4 5h16v11H10l-4 4v-4H4z" />
            </svg>
          </span>
        </div>
      </div>
      <Text size="xs" c="dimmed">
        {w('previewHelp')}
      </Text>
    </Stack>
  )
}
