// Every shortcut of the page one is on, and the switch for single keys.
import { Kbd, Modal, Switch } from '@mantine/core'
import { useState } from 'react'
import { useCommandList, useCommands, type Command } from './commands'
import { useI18n } from './i18n'
import { keysText } from './keys'
import { onMac } from './platform'

export function HelpSheet() {
  const { t } = useI18n()
  const { registry, singleKeys, setSingleKeys } = useCommandList()
  const [open, setOpen] = useState(false)
  useCommands([{ id: 'help', label: t('shortcuts'), group: t('groupPlaces'), keys: { code: 'Slash', mod: true }, single: { code: 'Slash', shift: true }, run: () => setOpen(true) }])
  const groups = new Map<string, Command[]>()
  if (open) {
    for (const command of registry.all()) {
      if (command.keys !== undefined) groups.set(command.group, [...(groups.get(command.group) ?? []), command])
    }
  }
  return (
    <Modal opened={open} onClose={() => setOpen(false)} title={t('shortcuts')} size="lg" closeButtonProps={{ 'aria-label': t('close') }}>
      <div className="shortcuts">
        {[...groups].map(([group, commands]) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {commands.map((command) => (
                <div key={command.id}>
                  <dt>{command.label}</dt>
                  <dd>
                    {command.keys !== undefined && <Kbd size="xs">{keysText(command.keys, onMac)}</Kbd>}
                    {singleKeys && command.single !== undefined && <Kbd size="xs">{keysText(command.single, onMac)}</Kbd>}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <section>
          <h3>{t('groupWriting')}</h3>
          <dl>
            <div>
              <dt>{t('send')}</dt>
              <dd>
                <Kbd size="xs">Enter</Kbd>
              </dd>
            </div>
            <div>
              <dt>{t('newLine')}</dt>
              <dd>
                <Kbd size="xs">Shift+Enter</Kbd>
              </dd>
            </div>
          </dl>
        </section>
      </div>
      <Switch mt="md" label={t('singleKeys')} description={t('singleKeysHelp')} checked={singleKeys} onChange={(event) => setSingleKeys(event.currentTarget.checked)} />
    </Modal>
  )
}
