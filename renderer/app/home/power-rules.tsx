import type { AgentStatus, GridView } from '../../../shared/contract/agent.ts'
import { formatMinor, formatMoment, formatWatts, withMoments } from '../../lib/format.ts'
import { Facts } from '../../ui/facts.tsx'
import { useNow } from '../hooks.ts'
import { useStatus } from '../queries.ts'

type Net = NonNullable<AgentStatus['outlook']['net']>

/** Why no job starts now by the owner's rules, when one will, and what power costs and the sun gives here. */
export function PowerRules({ grid: { tariff, solar } }: { grid: GridView }) {
  const now = useNow()
  const outlook = useStatus().data?.outlook
  const waits = outlook !== undefined && outlook.reasons.length > 0
  const rows = {
    'Why not now': waits ? outlook.reasons.map(({ message }) => message).join(' ') : null,
    'Next start': waits ? withMoments(outlook.message, now) : null,
    'Left of the pay': outlook?.net ? <span title={outlook.net.method}>{netText(outlook.net)}</span> : null,
    Electricity: tariff && `${priceText(tariff.now, now)} ${tariff.words}`,
    'Your sun': solar && sunText(solar),
  }
  return Object.values(rows).every((value) => value === null) ? null : <Facts rows={rows} />
}

const netText = ({ currency, netMinor, payMinor, costMinor, method }: Net): string =>
  `≈ ${formatMinor(netMinor, currency)}: ${formatMinor(payMinor, currency)} of pay less ${formatMinor(costMinor, currency)} of electricity. ${method}`

const priceText = (price: NonNullable<GridView['tariff']>['now'], now: number): string =>
  price === null
    ? 'The price of this hour is not known.'
    : `${formatMinor(price.minorPerKWh, price.currency)} per kWh now, until ${formatMoment(price.until, now)}.`

const sunText = ({ watts, basis, message }: NonNullable<GridView['solar']>): string =>
  [watts === null ? 'Not known now.' : `${formatWatts(watts)} left over for jobs, ${basis}.`, ...(message === null ? [] : [message])].join(' ')
