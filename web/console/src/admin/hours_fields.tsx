// When people are there: a week of intervals, days without, and what it comes to now.
import { Button, CloseButton, Group, Select, Stack, Switch, Text, TextInput } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useEffect, useMemo, useState } from 'react'
import { browserTimeZone, closedDaysMax, dateName, dayName, intervalCount, intervalsMax, mondayForAll, nextInterval, openingAt, timeZones, usualHours, wallAt, wallWords, withClosedDay, withDay, wrongInterval, type HoursForm, type TypedInterval, type Wall } from './hours_form'
import { HoursPicture } from './hours_picture'
import { Quiet, Section } from './parts'
import { useTexts } from './texts'

export function HoursFields({ hours, onChange }: { hours: HoursForm | undefined; onChange: (hours: HoursForm | undefined) => void }) {
  const { w } = useTexts()
  // Switched back on, what was there is not lost before it is saved.
  const [before, setBefore] = useState<HoursForm>()
  return (
    <Section title={w('sectionHours')} help={w('hoursHelp')}>
      <Switch
        label={w('alwaysOpen')}
        description={w('alwaysOpenHelp')}
        checked={hours === undefined}
        onChange={(event) => {
          setBefore(hours)
          onChange(event.currentTarget.checked ? undefined : (before ?? usualHours(browserTimeZone())))
        }}
      />
      {hours !== undefined && <Week hours={hours} onChange={onChange} />}
    </Section>
  )
}

interface Fields {
  hours: HoursForm
  onChange: (hours: HoursForm) => void
}

function Week({ hours, onChange }: Fields) {
  const { w, language } = useTexts()
  const wall = useWall(hours.timeZone)
  const zones = useMemo(() => timeZones(hours.timeZone), [hours.timeZone])
  const full = intervalCount(hours) >= intervalsMax
  return (
    <>
      <Select
        label={w('timeZone')}
        description={wall === undefined ? undefined : w('timeZoneNow', { time: wallWords(wall, wall.date, language) })}
        searchable
        allowDeselect={false}
        limit={100}
        nothingFoundMessage={w('timeZoneNone')}
        data={zones}
        value={hours.timeZone}
        onChange={(timeZone) => timeZone !== null && onChange({ ...hours, timeZone })}
      />
      {wall !== undefined && <Now hours={hours} wall={wall} />}
      <HoursPicture hours={hours} wall={wall} />
      <Stack gap="xs">
        {hours.week.map((intervals, day) => (
          <Day key={day} day={day} intervals={intervals} full={full} onChange={(next) => onChange(withDay(hours, day, next))} />
        ))}
      </Stack>
      <Group gap="sm">
        <Button size="compact-sm" variant="default" onClick={() => onChange(mondayForAll(hours))}>
          {w('hoursMondayForAll')}
        </Button>
      </Group>
      {full && <Quiet>{w('intervalsFull', { most: intervalsMax })}</Quiet>}
      <ClosedDays hours={hours} onChange={onChange} />
    </>
  )
}

/** The clock on the wall there, by the minute. */
function useWall(timeZone: string): Wall | undefined {
  const [nowMs, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 20_000)
    return () => clearInterval(timer)
  }, [])
  return wallAt(timeZone, nowMs)
}

function Now({ hours, wall }: { hours: HoursForm; wall: Wall }) {
  const { w, language } = useTexts()
  const { open, at } = openingAt(hours, wall)
  const when = at === undefined ? '' : wallWords(at, wall.date, language)
  const words = open ? (at === undefined ? w('openEver') : w('openUntil', { when })) : at === undefined ? w('closedEver') : w('closedUntil', { when })
  return (
    <Text size="sm" role="status" className={open ? 'hours-now open' : 'hours-now'}>
      <i aria-hidden />
      {words}
    </Text>
  )
}

interface DayProps {
  day: number
  intervals: TypedInterval[]
  full: boolean
  onChange: (intervals: TypedInterval[]) => void
}
function Day({ day, intervals, full, onChange }: DayProps) {
  const { w, language } = useTexts()
  const name = dayName(day, language)
  const set = (place: number, part: Partial<TypedInterval>): void => onChange(intervals.map((one, at) => (at === place ? { ...one, ...part } : one)))
  return (
    <div className="hours-day" role="group" aria-label={name}>
      <Text size="sm" fw={600} className="hours-day-name">
        {name}
      </Text>
      <Stack gap={6} className="grow">
        {intervals.length === 0 && (
          <Text size="sm" c="dimmed" lh="30px">
            {w('hoursDayClosed')}
          </Text>
        )}
        {intervals.map((interval, place) => {
          const wrong = wrongInterval(intervals, place)
          const of = { day: name, place: place + 1 }
          return (
            <div key={place}>
              <Group gap={6} wrap="nowrap">
                <TextInput type="time" size="xs" aria-label={w('hoursFrom', of)} value={interval.from} onChange={(event) => set(place, { from: event.currentTarget.value })} error={wrong !== undefined} />
                <Text size="sm" c="dimmed" aria-hidden>
                  –
                </Text>
                <TextInput type="time" size="xs" aria-label={w('hoursTo', of)} value={interval.to} onChange={(event) => set(place, { to: event.currentTarget.value })} error={wrong !== undefined} />
                <CloseButton size="sm" aria-label={w('hoursRemove', of)} onClick={() => onChange(intervals.filter((_, at) => at !== place))} />
              </Group>
              {wrong !== undefined && (
                <Text size="xs" c="var(--wk-danger)" role="alert">
                  {w(wrong === 'overlap' ? 'hoursOverlap' : 'hoursOrder')}
                </Text>
              )}
            </div>
          )
        })}
      </Stack>
      <Button size="compact-sm" variant="subtle" leftSection={<IconPlus size={14} />} disabled={full} aria-label={w('hoursAddOn', { day: name })} onClick={() => onChange([...intervals, nextInterval(intervals)])}>
        {w('hoursAdd')}
      </Button>
    </div>
  )
}

function ClosedDays({ hours, onChange }: Fields) {
  const { w, language } = useTexts()
  const [day, setDay] = useState('')
  const add = (): void => {
    onChange(withClosedDay(hours, day))
    setDay('')
  }
  const full = hours.closedDays.length >= closedDaysMax
  return (
    <Stack gap="xs" role="group" aria-label={w('closedDays')}>
      <Group gap="xs" align="flex-end">
        <TextInput
          type="date"
          label={w('closedDays')}
          description={w('closedDaysHelp')}
          value={day}
          onChange={(event) => setDay(event.currentTarget.value)}
          onKeyDown={(event) => {
            // Enter takes the day instead of sending the form.
            if (event.key !== 'Enter') return
            event.preventDefault()
            if (day !== '' && !full) add()
          }}
        />
        <Button variant="default" disabled={day === '' || full} onClick={add}>
          {w('closedDayAdd')}
        </Button>
      </Group>
      <ul className="hours-closed">
        {hours.closedDays.map((one) => (
          <li key={one}>
            <time dateTime={one}>{dateName(one, language)}</time>
            <CloseButton size="xs" aria-label={w('closedDayRemove', { day: dateName(one, language) })} onClick={() => onChange({ ...hours, closedDays: hours.closedDays.filter((other) => other !== one) })} />
          </li>
        ))}
      </ul>
    </Stack>
  )
}
