/** The owner's hours of the week, as they are shown and typed. */
import type { Schedule } from '../../shared/contract/owner-rules.ts'

export type Stretch = Schedule['allowed'][number]

const MONDAY = new Date(2024, 0, 1)
const dayName = new Intl.DateTimeFormat(undefined, { weekday: 'short' })

/** ISO weekdays by name, Monday first. */
export const WEEKDAYS: readonly { readonly day: number; readonly name: string }[] = Array.from({ length: 7 }, (_, index) => ({
  day: index + 1,
  name: dayName.format(new Date(MONDAY.getFullYear(), 0, MONDAY.getDate() + index)),
}))

/** “Mon–Fri”, “Sat, Sun”, “every day”. */
export function daysText(days: readonly number[]): string {
  if (days.length === 7) return 'every day'
  const sorted = days.toSorted((a, b) => a - b)
  const isRow = sorted.length > 2 && sorted.every((day, index) => day === (sorted[0] ?? 0) + index)
  const names = (isRow ? [sorted[0], sorted.at(-1)] : sorted).map((day) => WEEKDAYS[(day ?? 1) - 1]?.name ?? '')
  return names.join(isRow ? '–' : ', ')
}

/** “Mon–Fri, 22:00 to 07:00”; one that ends where it begins is the whole day. */
export const stretchText = ({ days, from, to }: Stretch): string => `${daysText(days)}, ${from === to ? 'all day' : `${from} to ${to}`}`

/** A stretch that Windfall suggests: the night. */
export const NIGHT: Stretch = { days: [1, 2, 3, 4, 5, 6, 7], from: '22:00', to: '07:00' }
