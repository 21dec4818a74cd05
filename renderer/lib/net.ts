/** Sums over days, exact where money is, and unknown where any day is. */
import type { MoneyDay, MoneyView } from '../../shared/contract/money.ts'
import type { Tariff } from '../../shared/domain/tariff.ts'
import { sumDecimal } from '../../shared/domain/money.ts'
import { t } from '../../shared/i18n/translate.ts'
import { formatAmount } from './format.ts'
import { assumedText, tariffText } from './tariff-text.ts'

export interface Period {
  readonly days: number
  readonly confirmedMicroUsd: string
  readonly joules: number
  readonly runs: number
  /** Hundredths of the tariff's currency; `null` if it is not known of any of the days. */
  readonly costMinor: number | null
  readonly netMinor: number | null
}

const sumOf = (values: readonly (number | null)[]): number | null =>
  values.includes(null) ? null : values.reduce<number>((sum, value) => sum + (value ?? 0), 0)

/** The newest `count` days, today included. */
export function periodOf(days: readonly MoneyDay[], count: number): Period {
  const shown = days.slice(0, count)
  return {
    days: shown.length,
    confirmedMicroUsd: sumDecimal('0', ...shown.map(({ confirmedMicroUsd }) => confirmedMicroUsd)),
    joules: shown.reduce((sum, { joules }) => sum + joules, 0),
    runs: shown.reduce((sum, { runs }) => sum + runs, 0),
    costMinor: sumOf(shown.map(({ costMinor }) => costMinor)),
    netMinor: sumOf(shown.map(({ netMinor }) => netMinor)),
  }
}

/** Why there is no net figure; `null` if there is one. */
export function netObstacle(tariff: MoneyView['tariff'], { costMinor, netMinor }: Pick<Period, 'costMinor' | 'netMinor'>): string | null {
  if (tariff === null) return t('Unknown: nobody has said what your electricity costs. It is not guessed.')
  if (costMinor === null) return t('Unknown: the price of some of these hours is not known. It is not guessed.')
  return netMinor === null
    ? t('Unknown: nobody has said what 1 {currency} is worth in dollars, in which you are paid.', { currency: tariff.tariff.currency })
    : null
}

/** How the electricity of a period was priced, in words. */
export function tariffWords({ tariff, setBy }: Pick<NonNullable<MoneyView['tariff']>, 'tariff' | 'setBy'>): string {
  const source = setBy === 'window' ? t('You set it here.') : t('It is from your settings file.')
  return [tariffText(tariff), source, assumedText(tariff)].filter((text) => text !== null).join(' ')
}

/** `1 GBP = $1.27, as you said`; `null` where pay and electricity are in the same currency. */
export const rateWords = ({ currency, usdPerUnit }: Pick<Tariff, 'currency' | 'usdPerUnit'>): string | null =>
  currency === 'USD' || usdPerUnit === null ? null : t('1 {currency} = {amount}, as you said', { currency, amount: formatAmount(usdPerUnit * 100, 'USD') })

/** `£17.20 to £24.80`. */
export const formatRange = ({ low, high }: { readonly low: number; readonly high: number }, format: (value: number) => string): string =>
  t('{low} to {high}', { low: format(low), high: format(high) })
