import type { ZoneOverview } from '../../../shared/contract/overview.ts'
import { formatIntensity, formatSpan } from '../../lib/format.ts'
import { zoneName } from '../../lib/zone-countries.ts'
import { Badge } from '../../ui/badge.tsx'
import { Sub } from '../../ui/ledger-table.tsx'
import { OriginLabel } from '../../ui/origin-label.tsx'
import { hrefOf } from '../routes.ts'
import type { DataColumn } from '../table/data-column.ts'
import { Utc } from '../utc.tsx'
import { word } from '../words.ts'

/** Above this much of a difference a person sees one, g/kWh. */
const SAME_G = 5

/** Where intensity goes in six hours, as a figure and in a word. */
function Later({ now, inSixHours }: Pick<ZoneOverview, 'now' | 'inSixHours'>) {
  if (inSixHours === null) return <>–</>
  const change = now === null ? 0 : inSixHours.gPerKWh - now.gPerKWh
  const said = Math.abs(change) < SAME_G ? 'about the same' : change < 0 ? 'cleaner' : 'less clean'
  return (
    <>
      {formatIntensity(inSixHours.gPerKWh)}
      <Sub>{said}</Sub>
    </>
  )
}

const priceText = ({ price }: ZoneOverview): string => (price === null ? '' : `${(price.minorPerKWh / 100).toFixed(4)} ${price.currency}/kWh ${price.market}`)

/** How old it is; a recording says of what day it is. */
function ageOf({ state, origin, ageSeconds }: Pick<ZoneOverview, 'state' | 'origin' | 'ageSeconds'>) {
  if (origin === 'recorded' || ageSeconds === null) return state === 'stale' ? <Sub>out of date</Sub> : null
  return <Sub>{`${state === 'stale' ? 'out of date, ' : ''}${formatSpan(ageSeconds * 1_000)} old`}</Sub>
}

/** What is known of a zone's grid, and how old that is. */
function Known({ zone: { state, reason, origin, recordedOn, ageSeconds } }: { readonly zone: ZoneOverview }) {
  if (state === 'missing') return <Badge state={word('honey', 'bang', reason ?? 'Nothing is known')} />
  return (
    <>
      {origin === null ? null : <OriginLabel origin={origin} recordedOn={recordedOn} />}
      {ageOf({ state, origin, ageSeconds })}
    </>
  )
}

const count = (number: number | null | undefined): string => (number === null || number === undefined ? '' : String(number))

export const zoneColumns = (now: number): readonly DataColumn<ZoneOverview>[] => [
  {
    name: 'Zone',
    cell: (zone) => (
      <>
        <a href={hrefOf({ page: 'zone', zone: zone.zone })}>{zone.zone}</a>
        <Sub>{zoneName(zone)}</Sub>
      </>
    ),
    text: ({ zone }) => zone,
  },
  { name: 'Name', hidden: true, cell: zoneName, text: zoneName },
  {
    name: 'Now',
    align: 'end',
    cell: ({ now: at }) => (at === null ? '–' : formatIntensity(at.gPerKWh)),
    text: ({ now: at }) => (at === null ? '' : String(at.gPerKWh)),
  },
  { name: 'In 6 h', align: 'end', cell: (zone) => <Later {...zone} />, text: ({ inSixHours }) => (inSixHours === null ? '' : String(inSixHours.gPerKWh)) },
  { name: 'Grid data', cell: (zone) => <Known zone={zone} />, text: ({ state, origin }) => `${state} ${origin ?? ''}`.trim() },
  { name: 'Source', hidden: true, cell: ({ source }) => source ?? '–', text: ({ source }) => source ?? '' },
  { name: 'Issued', hidden: true, cell: ({ issuedAt }) => <Utc at={issuedAt} now={now} />, text: ({ issuedAt }) => issuedAt ?? '' },
  { name: 'Price', align: 'end', show: 'wide', cell: (zone) => priceText(zone) || '–', text: priceText },
  {
    name: 'Nodes online',
    align: 'end',
    cell: ({ nodes, zone }) =>
      nodes === null ? '–' : <a href={hrefOf({ page: 'fleet' }, new URLSearchParams({ zone }))}>{`${nodes.online} of ${nodes.all}`}</a>,
    text: ({ nodes }) => count(nodes?.online),
  },
  {
    name: 'Jobs in the last hour',
    align: 'end',
    cell: ({ completedLastHour }) => count(completedLastHour) || '–',
    text: ({ completedLastHour }) => count(completedLastHour),
  },
]
