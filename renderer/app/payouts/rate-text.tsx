import { formatUsdExact } from '../../../shared/domain/money.ts'
import { spokenLanguage, t } from '../../../shared/i18n/translate.ts'
import { formatMoment, withMoments } from '../../lib/format.ts'
import { English } from '../../ui/english.tsx'

/** As the coordinator writes most rates: `1 SOL = 150.250000 USD, fixed by the operator, 2026-11-21T14:30:00.000Z`. */
const FIXED = /^1 (SOL|USDC) = (\d{1,12})\.(\d{6}) USD, (fixed by the operator|by definition), (\d{4}-\d{2}-\d{2}T[\d:.]+Z)$/

/** In another language than the coordinator's; `null` for a rate that is written differently. */
function inOwnWords(rate: string, now: number): string | null {
  const [, asset, dollars, millionths, source, at = ''] = FIXED.exec(rate) ?? []
  if (asset === undefined) return null
  const values = { asset, amount: formatUsdExact(`${dollars}${millionths}`), time: formatMoment(at, now) }
  return source === 'by definition' ? t('1 {asset} = {amount}, by definition', values) : t('1 {asset} = {amount}, fixed by the operator, {time}', values)
}

/** At which rate money was converted, whose rate it is, and since when it holds. */
export function RateText({ rate, now }: { rate: string; now: number }) {
  const own = spokenLanguage() === 'en' ? null : inOwnWords(rate, now)
  return own ?? <English>{withMoments(rate, now)}</English>
}
