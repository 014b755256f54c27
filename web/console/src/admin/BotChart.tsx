// A bar for each day, parted by what became of the conversations. Loaded when it is looked at; the table beside it says the same.
import '@mantine/charts/styles.css'
import { BarChart } from '@mantine/charts'
import { useReducedMotion } from '@mantine/hooks'
import type { Figures } from './bot_report'
import { useTexts } from './texts'

export default function BotChart({ rows }: { rows: readonly { figures: Figures; name: string }[] }) {
  const { w } = useTexts()
  const still = useReducedMotion()
  const data = rows.map(({ figures, name }) => ({ name, alone: figures.alone, unsure: figures.unsure, handedOver: figures.handedOver, takenOver: figures.takenOver, open: figures.open }))
  return (
    <BarChart
      h={260}
      data={data}
      dataKey="name"
      type="stacked"
      withLegend
      legendProps={{ verticalAlign: 'top', itemSorter: null }}
      gridAxis="x"
      tickLine="none"
      maxBarWidth={36}
      yAxisProps={{ allowDecimals: false, width: 40 }}
      barProps={{ isAnimationActive: !still, animationDuration: 160 }}
      series={[
        { name: 'alone', label: w('botAloneShort'), color: 'var(--wk-brand)' },
        { name: 'unsure', label: w('botUnsureShort'), color: 'color-mix(in srgb, var(--wk-brand) 45%, var(--wk-n2))' },
        { name: 'handedOver', label: w('botHandedShort'), color: 'var(--wk-n7)' },
        { name: 'takenOver', label: w('botTakenShort'), color: 'var(--wk-n5)' },
        { name: 'open', label: w('botOpenShort'), color: 'var(--wk-n4)' },
      ]}
    />
  )
}
