import type { Signal } from '../../shared/contract/wire.ts'
import { halfHourCeil, halfHourFloor, halfHourStarts } from '../../shared/domain/half-hours.ts'
import { type Slot, meanOver, slotsOf } from '../../shared/domain/signal.ts'
import { HALF_HOUR_MS } from '../../shared/units.ts'
import { dayKey, dayWord, timeWord, zoneWord } from './clock-time.ts'

export interface ChartFrame {
  readonly timeZone: string
  /** Columns of the terminal. */
  readonly width: number
}

const BLOCKS = '▁▂▃▄▅▆▇█'
const UNKNOWN = '·'
const LABEL = 12
/** Room for the day's lowest and highest value. */
const RANGE = 18
const LONGEST_DAY = 50
const HOURS_MARKED = ['00', '06', '12', '18']

/** One local day, cut into UTC half hours; it has 46 or 50 of them when the clocks change. */
type Day = readonly number[]

interface Scale {
  readonly lowest: number
  readonly highest: number
}

/** `1,234`, `84`, `12.3`, `-4.56`: as many digits as tell neighbours apart, which for the frequency are all in the fraction. */
export function figure(value: number, unit: Signal['unit']): string {
  const digits = unit === 'Hz' ? 3 : Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toLocaleString('en-GB', { maximumFractionDigits: digits })
}

/** A block whose height says where the value lies between lowest and highest. */
export function block(value: number, { lowest, highest }: Scale): string {
  const share = highest > lowest ? (value - lowest) / (highest - lowest) : 0.5
  return BLOCKS.charAt(Math.min(BLOCKS.length - 1, Math.floor(share * BLOCKS.length)))
}

/** Every local day that the stretch touches, whole. */
function daysOf(from: number, to: number, timeZone: string): readonly Day[] {
  const wide = halfHourStarts(halfHourFloor(from) - LONGEST_DAY * HALF_HOUR_MS, halfHourCeil(to) + LONGEST_DAY * HALF_HOUR_MS)
  const [first, last] = [dayKey(from, timeZone), dayKey(to - 1, timeZone)]
  const days = [...Map.groupBy(wide, (at) => dayKey(at, timeZone))]
  const index = (key: string): number => days.findIndex(([day]) => day === key)
  return days.slice(index(first), index(last) + 1).map(([, starts]) => starts)
}

/** How many half hours share a column. */
function halfHoursPerCell(width: number): number {
  const room = width - LABEL - RANGE
  return [1, 2, 4].find((count) => Math.ceil(LONGEST_DAY / count) <= room) ?? 8
}

const cellsOf = (day: Day, count: number): readonly Day[] =>
  Array.from({ length: Math.ceil(day.length / count) }, (_, index) => day.slice(index * count, (index + 1) * count))

/** The hours above a day, where its own half hours have them. */
function hoursAbove(day: Day, count: number, timeZone: string): string {
  const hourOf = (at: number): string => timeWord(at, timeZone).slice(0, 2)
  const starts = day.map((at, index) => ({ hour: hourOf(at), cell: Math.floor(index / count), isStart: hourOf(at - HALF_HOUR_MS) !== hourOf(at) }))
  const line = starts
    .filter(({ hour, isStart }) => isStart && HOURS_MARKED.includes(hour))
    .reduce((text, { hour, cell }) => (cell > 0 && cell <= text.length ? text : text.padEnd(cell) + hour), '')
  const [first = 0, last = 0] = [day[0], day.at(-1)]
  const zones = [...new Set([zoneWord(first, timeZone), zoneWord(last, timeZone)])].join('→')
  return `${zones.padEnd(LABEL)}${line}`.trimEnd()
}

/** The part of a cell that the signal speaks of: blank outside of it, a dot where it knows nothing. */
function cellText(cell: Day, slots: readonly Slot[], { scale, from, to }: { scale: Scale; from: number; to: number }): string {
  const [start = 0, end = (cell.at(-1) ?? 0) + HALF_HOUR_MS] = [cell[0]]
  if (end <= from || start >= to) return ' '
  const mean = meanOver(slots, start, end)
  return mean ? block(mean.value, scale) : UNKNOWN
}

function rangeOf(day: Day, slots: readonly Slot[], unit: Signal['unit']): string {
  const [start = 0, end = (day.at(-1) ?? 0) + HALF_HOUR_MS] = [day[0]]
  const values = slots.filter((slot) => slot.from < end && slot.to > start).map(({ value }) => value)
  return values.length === 0 ? '' : `  ${figure(Math.min(...values), unit)} to ${figure(Math.max(...values), unit)}`
}

/** Lowest and highest value; both 0 without a value. */
export function scaleOf(slots: readonly Slot[]): Scale {
  const values = slots.map(({ value }) => value)
  return values.length === 0 ? { lowest: 0, highest: 0 } : { lowest: Math.min(...values), highest: Math.max(...values) }
}

/**
 * A row of blocks for each local day, a block for each half hour, or for more of them where the terminal is narrow. The hours are written
 * above the first day, and again above one that has them elsewhere because the clocks change.
 */
export function chartOf(signal: Signal, { timeZone, width }: ChartFrame): string[] {
  const slots = slotsOf(signal)
  const [first, last] = [signal.points[0], signal.points.at(-1)]
  if (!first || !last) return []
  const stretch = { scale: scaleOf(slots), from: Date.parse(first.from), to: Date.parse(last.to) }
  const count = halfHoursPerCell(width)
  let above = ''
  return daysOf(stretch.from, stretch.to, timeZone).flatMap((day) => {
    const row = cellsOf(day, count)
      .map((cell) => cellText(cell, slots, stretch))
      .join('')
    const hours = hoursAbove(day, count, timeZone)
    const isNew = hours !== above
    above = hours
    return [...(isNew ? [hours] : []), `${dayWord(day[0] ?? 0, timeZone).padEnd(LABEL)}${row}${rangeOf(day, slots, signal.unit)}`.trimEnd()]
  })
}

/** What one block stands for, in minutes. */
export const minutesPerBlock = (width: number): number => halfHoursPerCell(width) * 30
