// Ctrl/⌘+K: everything that can be done now, every conversation of the list, and a search from wherever one is.
import { Kbd } from '@mantine/core'
import { createSpotlight, Spotlight, type SpotlightActionData, type SpotlightActionGroupData } from '@mantine/spotlight'
import { IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { useCommandList, useCommands } from './commands'
import { useI18n } from './i18n'
import { keysText } from './keys'
import { onMac } from './platform'

const [store, bar] = createSpotlight()
export const openCommandBar = (): void => bar.open()

type SpotlightActions = SpotlightActionData | SpotlightActionGroupData
const flat = (actions: SpotlightActions[]): SpotlightActionData[] => actions.flatMap((action) => ('actions' in action ? action.actions : [action]))

export function CommandBar() {
  const { t } = useI18n()
  const { registry } = useCommandList()
  const [, go] = useLocation()
  const [actions, setActions] = useState<SpotlightActions[]>([])

  useCommands([{ id: 'commands', label: t('commandBar'), group: t('groupPlaces'), keys: { code: 'KeyK', mod: true }, run: () => bar.open() }])

  const collect = (): void => {
    const groups = new Map<string, SpotlightActionData[]>()
    for (const command of registry.all()) {
      if (command.id === 'commands') continue
      const action: SpotlightActionData = {
        id: command.id,
        label: command.label,
        onClick: command.run,
        ...(command.detail === undefined ? {} : { description: command.detail }),
        ...(command.keys === undefined ? {} : { rightSection: <Kbd size="xs">{keysText(command.keys, onMac)}</Kbd> }),
      }
      groups.set(command.group, [...(groups.get(command.group) ?? []), action])
    }
    setActions([...groups].map(([group, list]) => ({ group, actions: list })))
  }
  return (
    <Spotlight
      store={store}
      actions={actions}
      attributes={{ content: { 'aria-label': t('commandBar') } }}
      shortcut={null}
      onSpotlightOpen={collect}
      highlightQuery
      scrollable
      maxHeight={420}
      limit={30}
      nothingFound={t('nothingFound')}
      filter={(query, all) => {
        const wanted = query.trim().toLowerCase()
        if (wanted === '') return all
        const found = flat(all).filter((action) => `${String(action.label)} ${String(action.description ?? '')}`.toLowerCase().includes(wanted))
        const search: SpotlightActionData = {
          id: 'search-for',
          label: t('searchFor', { query: query.trim() }),
          leftSection: <IconSearch size={18} stroke={1.6} />,
          onClick: () => go(`/search?q=${encodeURIComponent(query.trim())}`),
        }
        return [...found, search]
      }}
      searchProps={{ placeholder: t('commandBarHelp'), leftSection: <IconSearch size={18} stroke={1.6} />, 'aria-label': t('commandBar') }}
    />
  )
}
