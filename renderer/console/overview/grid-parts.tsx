import { useQuery } from '@tanstack/react-query'
import type { ZoneOverview } from '../../../shared/contract/overview.ts'
import { Badge } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'
import { listHref } from '../address.ts'
import { Answered } from '../answered.tsx'
import { countOf } from '../picks/each.ts'
import { hrefOf } from '../routes.ts'
import { useServices } from '../services.ts'
import { useNow } from '../use-now.ts'
import { formatUtc } from '../utc.tsx'
import { word } from '../words.ts'

const LIMIT = 50
const SHOWN = 5

/** What the coordinator has noticed and that is not over. */
export function IncidentsPart() {
  const { client } = useServices()
  const now = useNow()
  const open = useQuery({ queryKey: ['incidents', 'open', LIMIT], queryFn: () => client.call('listIncidents', { which: 'open', after: null, limit: LIMIT }) })
  return (
    <Card title="Incidents" aside={<a href={hrefOf({ page: 'incidents' })}>All that are open</a>}>
      <Answered query={open} what="open incidents" lines={3}>
        {({ items, next }) =>
          items.length === 0 ? (
            <p>None is open.</p>
          ) : (
            <>
              <p>
                {next === null ? countOf(items.length, 'incident') : `More than ${LIMIT} incidents`} open,{' '}
                {items.filter(({ acknowledged }) => acknowledged === null).length} of them seen by nobody.
              </p>
              <ul>
                {items.slice(0, SHOWN).map(({ incidentId, zone, summary, detectedAt }) => (
                  <li key={incidentId}>
                    <a href={hrefOf({ page: 'incident', incidentId })}>{zone}</a> {summary} <small>since {formatUtc(detectedAt, now)}</small>
                  </li>
                ))}
              </ul>
            </>
          )
        }
      </Answered>
    </Card>
  )
}

/** Zones whose grid is not known as it is now. */
export function ZonesPart({ seesFleet }: { readonly seesFleet: boolean }) {
  const { client } = useServices()
  const overview = useQuery({ queryKey: ['zones', 'overview', false], queryFn: () => client.call('getZoneOverview', { all: false }) })
  return (
    <Card title="Zones" aside={<a href={hrefOf({ page: 'zones' })}>{seesFleet ? 'All with nodes' : 'All zones'}</a>}>
      <Answered query={overview} what="zones" lines={2}>
        {({ zones }) => {
          const unknown = zones.filter(({ state }) => state !== 'fresh')
          const standIn = zones.filter(({ state, origin }) => state === 'fresh' && origin !== 'live')
          if (zones.length === 0) return <p>No zone has a machine in it.</p>
          if (unknown.length + standIn.length === 0)
            return <p>The grid is known live in {zones.length === 1 ? 'the one zone' : `all ${zones.length} zones`} with machines.</p>
          return (
            <>
              {unknown.length === 0 ? null : (
                <p>
                  <a href={listHref('zones', { known: 'stale,missing' })}>{countOf(unknown.length, 'zone')}</a> of {zones.length} without fresh grid data: jobs
                  that wait for a green hour there wait until it is back. {someOf(unknown)}
                </p>
              )}
              {standIn.length === 0 ? null : (
                <p>
                  <Badge state={STAND_IN} /> {countOf(standIn.length, 'zone')} of {zones.length} on recordings or models, because no live source answers or none
                  is set up. <Zones zones={standIn} />
                </p>
              )}
            </>
          )
        }}
      </Answered>
    </Card>
  )
}

const STAND_IN = word('honey', 'bang', 'Not live')

const someOf = (zones: readonly ZoneOverview[]): string =>
  zones
    .slice(0, SHOWN)
    .map(({ zone }) => zone)
    .join(', ')

/** Leads to what is known of each, and from where. */
const Zones = ({ zones }: { readonly zones: readonly ZoneOverview[] }) => (
  <>
    {zones.slice(0, SHOWN).map(({ zone }) => (
      <span key={zone}>
        <a href={hrefOf({ page: 'zone', zone })}>{zone}</a>{' '}
      </span>
    ))}
  </>
)
