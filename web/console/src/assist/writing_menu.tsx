// The composer's help with words: correct, change the tone, translate. What comes back replaces the draft, and can be taken back.
import { ActionIcon, Button, Loader, Menu } from '@mantine/core'
import { IconAlertCircle, IconArrowBackUp, IconCheck, IconLanguage, IconSparkles, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import { useCommands } from '../commands'
import { useI18n, type TextKey } from '../i18n'
import { assist, problemKey, RewriteStyle, type Style } from './calls'
import { languageName, offeredLanguages } from './languages'
import type { WritingControl } from './use_writing'

const styles: readonly [Style, TextKey][] = [
  [RewriteStyle.CORRECT, 'assistCorrect'],
  [RewriteStyle.FRIENDLIER, 'assistFriendlier'],
  [RewriteStyle.MORE_FORMAL, 'assistMoreFormal'],
  [RewriteStyle.SHORTER, 'assistShorter'],
]

interface Menued {
  text: string
  writing: WritingControl
  /** The visitor's, where it is known. */
  language: string | undefined
}

export function WritingMenu({ text, writing, language: theirs }: Menued) {
  const { t, language } = useI18n()
  const [opened, setOpened] = useState(false)
  const nothing = text.trim() === '' || writing.state.kind === 'working'
  const rewrite = (style: Style, key: TextKey): void => writing.run(t(key), text, (draft, signal) => assist.rewrite(draft, style, signal))
  const translate = (to: string): void => writing.run(t('assistTranslateTo', { language: languageName(to, language) }), text, (draft, signal) => assist.translate(draft, to, signal))
  useCommands(
    nothing
      ? []
      : [
          ...styles.map(([style, key]) => ({ id: `assist-${key}`, label: `${t('assist')}: ${t(key)}`, group: t('groupWriting'), run: () => rewrite(style, key) })),
          ...(theirs === undefined ? [] : [{ id: 'assist-translate', label: `${t('assist')}: ${t('assistTranslateTo', { language: languageName(theirs, language) })}`, group: t('groupWriting'), run: () => translate(theirs) }]),
        ],
  )
  return (
    <Menu position="top-start" withInitialFocusPlaceholder={false} opened={opened && !nothing} onChange={(open) => setOpened(open && !nothing)}>
      <Menu.Target>
        {/* Reachable by keyboard while there is nothing to work on, so that its hint can be read. */}
        <ActionIcon variant="subtle" color="gray" aria-label={t('assist')} title={t(text.trim() === '' ? 'assistEmpty' : 'assist')} data-disabled={nothing} aria-disabled={nothing}>
          <IconSparkles size={20} stroke={1.6} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {styles.map(([style, key]) => (
          <Menu.Item key={key} onClick={() => rewrite(style, key)}>
            {t(key)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        {theirs !== undefined && (
          <Menu.Item leftSection={<IconLanguage size={15} />} onClick={() => translate(theirs)}>
            {t('assistTranslateTo', { language: languageName(theirs, language) })}
          </Menu.Item>
        )}
        <Menu.Sub position="right-end">
          <Menu.Sub.Target>
            <Menu.Sub.Item leftSection={<IconLanguage size={15} />}>{t('assistTranslateOther')}</Menu.Sub.Item>
          </Menu.Sub.Target>
          <Menu.Sub.Dropdown className="assist-languages">
            {offeredLanguages.map((tag) => (
              <Menu.Item key={tag} onClick={() => translate(tag)}>
                {languageName(tag, language)}
              </Menu.Item>
            ))}
          </Menu.Sub.Dropdown>
        </Menu.Sub>
      </Menu.Dropdown>
    </Menu>
  )
}

/** One line over the tools: that it is worked on, what was done, or why not. */
export function WritingLine({ text, writing }: { text: string; writing: WritingControl }) {
  const { t } = useI18n()
  const { state } = writing
  const taken = state.kind === 'done' && state.after === text
  return (
    <div className="assist-line" role="status">
      {state.kind === 'working' && (
        <>
          <Loader size={14} aria-hidden />
          <span className="grow">{t('assistWorking', { what: state.what })}</span>
          <Button size="compact-xs" variant="subtle" color="gray" onClick={writing.forget}>
            {t('cancel')}
          </Button>
        </>
      )}
      {taken && (
        <>
          <IconCheck size={15} aria-hidden />
          <span className="grow">{t('assistDone', { what: state.what })}</span>
          <Button size="compact-xs" variant="subtle" leftSection={<IconArrowBackUp size={14} />} onClick={() => writing.undo(text)}>
            {t('undo')}
          </Button>
        </>
      )}
      {state.kind === 'failed' && (
        <>
          <IconAlertCircle size={15} className="assist-failed" aria-hidden />
          <span className="grow">
            {state.what}: {t(problemKey(state.problem))} {t('assistKept')}
          </span>
          <ActionIcon size="xs" variant="subtle" color="gray" aria-label={t('close')} onClick={writing.forget}>
            <IconX size={12} />
          </ActionIcon>
        </>
      )}
    </div>
  )
}
