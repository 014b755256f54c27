// The frame of the pages before one is signed in.
import { SegmentedControl } from '@mantine/core'
import type { ReactNode } from 'react'
import { useI18n } from './i18n'
import icon from './icon.svg'

export function EntryCard({ title, help, children }: { title: string; help?: string; children: ReactNode }) {
  const { language, setLanguage } = useI18n()
  return (
    <main className="entry">
      <section className="entry-card">
        <img src={icon} alt="" width={40} height={40} />
        <h1>{title}</h1>
        {help !== undefined && <p className="quiet">{help}</p>}
        {children}
      </section>
      <SegmentedControl
        size="xs"
        aria-label="Language"
        value={language}
        onChange={(value) => setLanguage(value === 'zh-CN' ? 'zh-CN' : 'en')}
        data={[
          { value: 'en', label: 'English' },
          { value: 'zh-CN', label: '简体中文' },
        ]}
      />
    </main>
  )
}
