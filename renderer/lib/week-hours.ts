/** The owner's hours of the week, as they are shown and typed. */
import type { Schedule } from '../../shared/contract/owner-rules.ts'
import { region, t } from '../../shared/i18n/translate.ts'

export type Stretch = Schedule['allowed'][number]

const MONDAY = new Date(2024, 0, 1)
const dayName = new Intl.DateTimeFormat(region(), { weekday: 'short' })

/** ISO weekdays by name, Monday first. */
export const WEEKDAYS: readonly { readonly day: number; readonly name: string }[] = Array.from({ length: 7 }, (_, index) => ({
  day: index + 1,
  name: dayName.format(new Date(MONDAY.getFullYear(), 0, MONDAY.getDate() + index)),
}))

/** “Mon–Fri”, “Sat, Sun”, “every day”. */
export function daysText(days: readonly number[]): string {
  if (days.length === 7) return t('every day')
  const sorted = days.toSorted((a, b) => a - b)
  const isRow = sorted.length > 2 && sorted.every((day, index) => day === (sorted[0] ?? 0) + index)
  const names = sorted.map((day) => WEEKDAYS[day - 1]?.name ?? '')
  return isRow
    ? t('{first}–{last}', { first: names[0] ?? '', last: names.at(-1) ?? '' })
    : new Intl.ListFormat(region(), { type: 'unit', style: 'short' }).format(names)
}

/** “Mon–Fri, 22:00 to 07:00”; one that ends where it begins is the whole day. */
export const stretchText = ({ days, from, to }: Stretch): string =>
  from === to ? t('{days}, all day', { days: daysText(days) }) : t('{days}, {from} to {to}', { days: daysText(days), from, to })

const idOf = ({ days, from, to }: Stretch): string => JSON.stringify([days.toSorted((a, b) => a - b), from, to])

/** Whether two stretches are the same hours of the same days. */
export const isSameStretch = (a: Stretch, b: Stretch): boolean => idOf(a) === idOf(b)

/** Each stretch once: a settings file may name one twice. */
export const distinctStretches = (stretches: readonly Stretch[]): readonly Stretch[] =>
  stretches.filter((stretch, index) => !stretches.slice(0, index).some((before) => isSameStretch(before, stretch)))

/** A stretch that Windfall suggests: the night. */
export const NIGHT: Stretch = { days: [1, 2, 3, 4, 5, 6, 7], from: '22:00', to: '07:00' }
