/** Micro-euro of carbon credits as decimal text to `€0.0482`, exact. */
import { region } from '../../shared/i18n/translate.ts'
export const formatCredits = (microEur: string): string => {
  const digits = microEur.padStart(7, '0')
  const format = new Intl.NumberFormat(region(), { style: 'currency', currency: 'EUR', minimumFractionDigits: 2, maximumFractionDigits: 6 })
  return format.format(`${digits.slice(0, -6)}.${digits.slice(-6)}` as Intl.StringNumericLiteral)
}
