/** What electricity costs its owner, in words. */
import type { Tariff } from '../../shared/domain/tariff.ts'
import { t } from '../../shared/i18n/translate.ts'
import { formatMinor } from './format.ts'

/** The tariff with its numbers. */
export function tariffText(tariff: Tariff): string {
  const { currency } = tariff
  if (tariff.kind === 'zone') return t('Your electricity costs what the half hour costs in your zone, in {currency}.', { currency })
  if (tariff.kind === 'flat') return t('Your electricity costs {amount} per kWh.', { amount: formatMinor(tariff.minorPerKWh, currency) })
  return t('Your electricity costs {amount} per kWh, and other prices at {count, plural, one {# time} other {# times}} of the week.', {
    amount: formatMinor(tariff.otherwiseMinorPerKWh, currency),
    count: tariff.bands.length,
  })
}

/** What is taken for granted about it; `null` if nothing is. */
export const assumedText = ({ kind }: Pick<Tariff, 'kind'>): string | null =>
  kind === 'zone' ? t('Assumed: that your supplier charges the published retail price of your zone, half hour by half hour.') : null
