import { region } from '../../shared/i18n/translate.ts'

/** A number as its owner would type it: the decimal sign of their region, and nothing that groups digits. Read again, it is the same. */
export const typedNumber = (value: number): string => new Intl.NumberFormat(region(), { useGrouping: false, maximumFractionDigits: 6 }).format(value)
