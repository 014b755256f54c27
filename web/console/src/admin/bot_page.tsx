// How the AI agent does: what became of the conversations that began with it, by day. Range and site stand in the address.
import { Button, Group, Select, Stack, Table, TextInput } from '@mantine/core'
import { queryOf } from '@weikeyi/sdk'
import type { BotDay } from '@weikeyi/sdk/json'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { Link } from 'wouter'
import { reasonText } from '../bot/decision_text'
import { useI18n } from '../i18n'
import { useSiteList } from '../knowledge/calls'
import { useFilterParams } from '../use_filter_params'
import { back, dateOf, figuresOf, midnightOf, rangeOf, share, took, type Figures } from './bot_report'
import { calls } from './calls'
import { Failure, Quiet, Section, Waiting } from './parts'
import { useTexts } from './texts'

// The chart's library is larger than all the rest of the page.
const BotChart = lazy(() => import('./BotChart'))
const spans = [7, 30, 90] as const

export function BotPage() {
  const { w } = useTexts()
  const [params, set] = useFilterParams()
  const [nowMs] = useState(() => Date.now())
  const sites = useSiteList()
  const site = params.get('site') ?? ''
  const range = rangeOf(params.get('from'), params.get('to'), nowMs)
  const { sinceMs, untilMs } = range
  const report = useQuery({ queryKey: ['bot', 'performance', site, sinceMs, untilMs], queryFn: () => calls.botPerformance({ site, since: sinceMs, until: untilMs }) })
  const today = dateOf(nowMs)
  const total = report.data?.total
  return (
    <Stack>
      <Group align="end" gap="sm">
        <TextInput type="date" size="xs" label={w('botFrom')} value={range.from} max={range.to} onChange={(event) => set('from', event.currentTarget.value)} />
        <TextInput type="date" size="xs" label={w('botTo')} value={range.to} max={today} onChange={(event) => set('to', event.currentTarget.value === today ? '' : event.currentTarget.value)} />
        {sites.length > 1 && (
          <Select
            size="xs"
            w={180}
            label={w('botSite')}
            allowDeselect={false}
            value={site}
            onChange={(value) => set('site', value ?? '')}
            data={[{ value: '', label: w('botEverySite') }, ...sites.map((one) => ({ value: one.id, label: one.name }))]}
          />
        )}
        <Button.Group>
          {spans.map((days) => (
            <Button key={days} component={Link} href={`/admin/ai${queryOf({ from: days === 30 ? '' : dateOf(back(midnightOf(today) ?? nowMs, days - 1)), site })}`} size="xs" variant="default">
              {w('botDays', { days })}
            </Button>
          ))}
        </Button.Group>
      </Group>
      <Failure error={report.error} onRetry={() => void report.refetch()} />
      {report.isPending && <Waiting rows={8} />}
      {report.data !== undefined && total !== undefined && (total.began === 0 && total.turns === 0 ? <Nothing /> : <Report days={report.data.days} total={total} />)}
    </Stack>
  )
}

function Nothing() {
  const { w } = useTexts()
  return (
    <div className="list-empty" role="status">
      <p className="strong">{w('botNothing')}</p>
      <p className="quiet">{w('botNothingHelp')}</p>
      <Button component={Link} href="/admin" variant="default" size="xs" mt="sm">
        {w('sites')}
      </Button>
    </div>
  )
}

function Report({ days, total }: { days: readonly BotDay[]; total: BotDay }) {
  const { w, language } = useTexts()
  const { t } = useI18n()
  const all = figuresOf(total)
  const rows = days.map((day) => ({ day, figures: figuresOf(day), name: new Date(day.dayMs + 3_600_000).toLocaleDateString(language, { month: 'short', day: 'numeric' }) }))
  return (
    <>
      <dl className="bot-figures">
        <Figure name={w('botBegan')} value={String(all.began)} />
        <Figure name={w('botAlone')} value={share(all.alone, all.began)} note={w('botAloneResolved', { count: total.answeredAloneResolved })} />
        <Figure name={w('botHandedOver')} value={share(all.handedOver + all.takenOver, all.began)} note={w('botTakenOverNote', { count: all.takenOver })} />
        <Figure name={w('botUnsureTurns')} value={share(all.turnsUnsure, all.turns)} note={w('botTurns', { count: all.turns })} />
        <Figure name={w('botMedian')} value={took(all.medianUs)} />
        <Figure name={w('botRating')} value={all.rating === undefined ? '—' : all.rating.toFixed(1)} note={w('botRatings', { count: all.ratings, alone: total.ratingsAlone === 0 ? '—' : (total.ratingSumAlone / total.ratingsAlone).toFixed(1) })} />
      </dl>
      <Section title={w('botChart')} help={w('botChartHelp')}>
        <Suspense fallback={<Waiting rows={6} />}>
          <BotChart rows={rows} />
        </Suspense>
      </Section>
      {total.handedOver.length > 0 && (
        <Section title={w('botReasons')}>
          <ul className="bot-reasons">
            {total.handedOver.toSorted((a, b) => b.count - a.count).map(({ reason, count }) => (
              <li key={reason}>
                <span>{reasonText(reason, t)}</span>
                <span className="bot-bar" style={{ inlineSize: `${(100 * count) / Math.max(1, all.handedOver)}%` }} aria-hidden />
                <span className="bot-count">{count}</span>
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section title={w('botTable')}>
        <div className="bot-table" tabIndex={0} role="group" aria-label={w('botTable')}>
          <DaysTable rows={rows} total={all} />
        </div>
        <Quiet>{w('botTableHelp')}</Quiet>
      </Section>
    </>
  )
}

const Figure = ({ name, value, note }: { name: string; value: string; note?: string }) => (
  <div className="bot-figure">
    <dt>{name}</dt>
    <dd>
      <span className="bot-value">{value}</span>
      {note !== undefined && <span className="quiet">{note}</span>}
    </dd>
  </div>
)

function DaysTable({ rows, total }: { rows: readonly { day: BotDay; figures: Figures; name: string }[]; total: Figures }) {
  const { w } = useTexts()
  const cells = (figures: Figures) => (
    <>
      <Table.Td>{figures.began}</Table.Td>
      <Table.Td>{figures.alone}</Table.Td>
      <Table.Td>{figures.unsure}</Table.Td>
      <Table.Td>{figures.handedOver}</Table.Td>
      <Table.Td>{figures.takenOver}</Table.Td>
      <Table.Td>{share(figures.turnsUnsure, figures.turns)}</Table.Td>
      <Table.Td>{took(figures.medianUs)}</Table.Td>
      <Table.Td>{figures.rating === undefined ? '—' : figures.rating.toFixed(1)}</Table.Td>
    </>
  )
  return (
    <Table stickyHeader tabularNums verticalSpacing={4}>
      <Table.Thead>
        <Table.Tr>
          {(['botDay', 'botBegan', 'botAloneShort', 'botUnsureShort', 'botHandedShort', 'botTakenShort', 'botUnsureTurns', 'botMedian', 'botRating'] as const).map((key) => (
            <Table.Th key={key} scope="col">
              {w(key)}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.toReversed().map(({ day, figures, name }) => (
          <Table.Tr key={day.dayMs}>
            <Table.Th scope="row">{name}</Table.Th>
            {cells(figures)}
          </Table.Tr>
        ))}
      </Table.Tbody>
      <Table.Tfoot>
        <Table.Tr>
          <Table.Th scope="row">{w('botAll')}</Table.Th>
          {cells(total)}
        </Table.Tr>
      </Table.Tfoot>
    </Table>
  )
}
