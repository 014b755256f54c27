// The week as bars, to see a slip at a glance. The fields below say the same in words.
import { dayName, minutesOf, weekdayOf, type HoursForm, type Wall } from './hours_form'
import { useTexts } from './texts'

const marks = [0, 6, 12, 18, 24]
const share = (minute: number): string => `${(minute / 1440) * 100}%`

export function HoursPicture({ hours, wall }: { hours: HoursForm; wall: Wall | undefined }) {
  const { language } = useTexts()
  return (
    <div className="hours-picture" aria-hidden>
      {hours.week.map((intervals, day) => (
        <div key={day}>
          <span>{dayName(day, language, 'short')}</span>
          <div className="hours-track">
            {intervals.map((one, place) => {
              const minutes = minutesOf(one)
              return minutes && <b key={place} style={{ insetInlineStart: share(minutes.from), width: share(minutes.to - minutes.from) }} />
            })}
            {wall !== undefined && weekdayOf(wall.date) === day && <i style={{ insetInlineStart: share(wall.minute) }} />}
          </div>
        </div>
      ))}
      <div>
        <span />
        <div className="hours-marks">
          {marks.map((hour) => (
            <small key={hour} style={{ insetInlineStart: share(hour * 60) }}>
              {hour}
            </small>
          ))}
        </div>
      </div>
    </div>
  )
}
