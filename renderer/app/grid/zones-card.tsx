import { Suspense, lazy, useState } from 'react'
import type { ZoneNow, ZonesNow } from '../../../shared/contract/zone-now.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { formatIntensity, formatRelative } from '../../lib/format.ts'
import { zoneName } from '../../lib/zone-countries.ts'
import { Badge } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'
import { Choices } from '../../ui/choices.tsx'
import { Foreign } from '../../ui/foreign.tsx'
import { LedgerTable, Sub } from '../../ui/ledger-table.tsx'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import { OriginLabel } from '../../ui/origin-label.tsx'
import prose from '../../ui/prose.module.css'
import { useNow } from '../hooks.ts'
import { useZones } from './use-zones.ts'
import css from '../../ui/zone-map.module.css'

const ZoneMap = lazy(async () => ({ default: (await import('../../ui/zone-map.tsx')).ZoneMap }))

/** How clean every zone is that this computer knows something of: as a list, and beside it as a map. */
export function ZonesCard() {
  const zones = useZones()
  const [look, setLook] = useState<'map' | 'list'>('map')
  return (
    <Card
      title={t('Zones')}
      aside={
        <Choices
          name="zones-look"
          label={t('Show the zones as')}
          options={[
            { value: 'map' as const, label: t('Map and list') },
            { value: 'list' as const, label: t('List') },
          ]}
          chosen={look}
          choose={setLook}
        />
      }
    >
      <Loaded query={zones} what={t('the zones')} skeleton={<SkeletonLines count={6} />}>
        {(data) => <Zones data={data} withMap={look === 'map'} />}
      </Loaded>
    </Card>
  )
}

function Zones({ data: { zones, attributions }, withMap }: { data: ZonesNow; withMap: boolean }) {
  const now = useNow()
  const own = zones[0]?.zone ?? ''
  return (
    <>
      {withMap ? (
        <Suspense fallback={<span className={css['waiting']} aria-hidden="true" aria-busy="true" />}>
          <ZoneMap zones={zones} ownZone={own} />
        </Suspense>
      ) : null}
      <LedgerTable
        caption={t('Zones and their carbon intensity now, your own first')}
        columns={[{ name: t('Zone') }, { name: t('Now'), align: 'end' }, { name: t('Grid data') }]}
        rows={zones.map((zone) => rowOf(zone, { now, own }))}
      />
      <p className={prose['small']}>
        {t('Other zones than yours are shown by what comes with Windfall; nobody is asked for them.')} <Foreign>{attributions.join(' · ')}</Foreign>
      </p>
    </>
  )
}

const rowOf = (zone: ZoneNow, { now, own }: { now: number; own: string }) => ({
  key: zone.zone,
  live: zone.zone === own,
  cells: [
    <>
      {zoneName(zone)}
      <Sub>
        {zone.zone}
        {zone.zone === own ? ` · ${t('your zone')}` : ''}
      </Sub>
    </>,
    zone.gPerKWh === null ? '–' : formatIntensity(zone.gPerKWh),
    <DataOf key="data" zone={zone} now={now} />,
  ],
})

function DataOf({ zone: { state, origin, recordedOn, issuedAt }, now }: { zone: ZoneNow; now: number }) {
  if (origin === null) return <Badge state={{ tone: 'slate', glyph: 'ring', word: t('no data') }} />
  return (
    <>
      <OriginLabel origin={origin} recordedOn={recordedOn} />
      {state === 'stale' ? <Sub>{t('out of date')}</Sub> : null}
      {origin === 'live' && issuedAt !== null ? <Sub>{t('updated {ago}', { ago: formatRelative(issuedAt, now) })}</Sub> : null}
    </>
  )
}
