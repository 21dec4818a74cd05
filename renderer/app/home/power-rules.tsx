import type { GridView } from '../../../shared/contract/agent-grid.ts'
import type { AgentStatus } from '../../../shared/contract/agent.ts'
import { agentText } from '../../../shared/domain/agent-sentences.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { formatMinor, formatMoment, formatWatts, withMoments } from '../../lib/format.ts'
import { rich } from '../../lib/rich.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Foreign } from '../../ui/foreign.tsx'
import { useNow } from '../hooks.ts'
import { useStatus } from '../queries.ts'

type Net = NonNullable<AgentStatus['outlook']['net']>

/** Why no job starts now by the owner's rules, when one will, and what power costs and the sun gives here. */
export function PowerRules({ grid: { tariff, solar } }: { grid: GridView }) {
  const now = useNow()
  const outlook = useStatus().data?.outlook
  const waits = outlook !== undefined && outlook.reasons.length > 0
  const rows = {
    [t('Why not now')]: waits ? <Foreign>{outlook.reasons.map(({ message }) => message).join(' ')}</Foreign> : null,
    [t('Next start')]: waits ? <Foreign>{withMoments(outlook.message, now)}</Foreign> : null,
    [t('Left of the pay')]: outlook?.net ? <LeftOfPay net={outlook.net} /> : null,
    [t('Electricity')]: tariff && (
      <>
        {priceText(tariff.now, now)} <Foreign>{tariff.words}</Foreign>
      </>
    ),
    [t('Your sun')]: solar && <Sun solar={solar} />,
  }
  return Object.values(rows).every((value) => value === null) ? null : <Facts rows={rows} />
}

const LeftOfPay = ({ net: { currency, netMinor, payMinor, costMinor, method } }: { net: Net }) => (
  <span title={agentText(method)}>
    {t('≈ {net}: {pay} of pay less {cost} of electricity.', {
      net: formatMinor(netMinor, currency),
      pay: formatMinor(payMinor, currency),
      cost: formatMinor(costMinor, currency),
    })}{' '}
    <Foreign>{method}</Foreign>
  </span>
)

/** As far as an agent looks ahead: a price that holds until then is one that does not change, and the tariff’s own words say it. */
const AHEAD_MS = 47 * 3_600_000

const priceText = (price: NonNullable<GridView['tariff']>['now'], now: number): string | null => {
  if (price === null) return t('The price of this hour is not known.')
  if (Date.parse(price.until) - now >= AHEAD_MS) return null
  return t('{price} per kWh now, until {time}.', { price: formatMinor(price.minorPerKWh, price.currency), time: formatMoment(price.until, now) })
}

const Sun = ({ solar: { watts, basis, message } }: { solar: NonNullable<GridView['solar']> }) => (
  <>
    {watts === null ? t('Not known now.') : rich('{watts} left over for jobs, {basis}.', { watts: formatWatts(watts), basis: <Foreign>{basis}</Foreign> })}{' '}
    {message === null ? null : <Foreign>{message}</Foreign>}
  </>
)
