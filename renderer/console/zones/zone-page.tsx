import { useQuery } from '@tanstack/react-query'
import type { Signal } from '../../../shared/contract/wire.ts'
import { formatIntensity } from '../../lib/format.ts'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Facts } from '../../ui/facts.tsx'
import { LedgerTable } from '../../ui/ledger-table.tsx'
import { OriginLabel } from '../../ui/origin-label.tsx'
import { Page } from '../../ui/page.tsx'
import prose from '../../ui/prose.module.css'
import { Answered } from '../answered.tsx'
import { useMay } from '../me.ts'
import { hrefOf } from '../routes.ts'
import { Series } from '../series.tsx'
import { useServices } from '../services.ts'
import { useNow } from '../use-now.ts'
import { Utc, formatUtc } from '../utc.tsx'
import { SimulateCard } from './simulate-card.tsx'

/** What is known of one zone: intensity now and ahead, how far forecasts were off, when there was too much clean power, and who is asked. */
export function ZonePage({ zone }: { readonly zone: string }) {
  const { client } = useServices()
  const mayRehearse = useMay('incidents.write')
  const signal = useQuery({ queryKey: ['zones', zone, 'signal'], queryFn: () => client.call('getSignalOf', { zone, kind: 'average' }) })
  return (
    <Page title={`Zone ${zone}`} above={<a href={hrefOf({ page: 'zones' })}>Zones</a>}>
      <Card title="Carbon intensity">
        <Answered query={signal} what="the intensity of this zone" lines={4}>
          {({ signal: known, reason }) =>
            known === null ? <EmptyState title="Nothing is known of this zone now.">{reason}</EmptyState> : <Intensity signal={known} />
          }
        </Answered>
      </Card>
      <AccuracyCard zone={zone} />
      <AbundanceCard zone={zone} />
      <SourcesCard zone={zone} />
      {mayRehearse ? <SimulateCard zone={zone} /> : null}
    </Page>
  )
}

function Intensity({ signal }: { readonly signal: Signal }) {
  const now = useNow()
  const current = signal.points.find(({ from, to }) => Date.parse(from) <= now && now < Date.parse(to))
  const points = signal.points.map(({ from, value, forecast }) => ({
    name: formatUtc(from, now),
    value,
    text: value === null ? 'not known' : `${formatIntensity(value)}${forecast ? ', forecast' : ''}`,
    marked: forecast,
  }))
  const measured = signal.points.filter(({ forecast }) => !forecast).length
  return (
    <>
      <Facts
        rows={{
          Now: current?.value === undefined || current.value === null ? 'not known' : formatIntensity(current.value),
          From: <OriginLabel origin={signal.origin} recordedOn={signal.recordedOn} />,
          Source: `${signal.source}${signal.estimated ? ', estimated' : ''}`,
          Issued: <Utc at={signal.issuedAt} now={now} />,
          Counts: signal.basis === 'lifecycle' ? 'emissions over the life of each plant' : 'what plants emit as they run',
        }}
      />
      <Series
        name="zone intensity"
        summary={`Average intensity, ${signal.points.length} slots; the ${measured} filled bars are measured, the others forecast.`}
        head={['From (UTC)', 'Intensity']}
        points={points}
      />
      <p className={prose['small']}>{signal.attribution}</p>
    </>
  )
}

function AccuracyCard({ zone }: { readonly zone: string }) {
  const { client } = useServices()
  const accuracy = useQuery({ queryKey: ['zones', zone, 'accuracy'], queryFn: () => client.call('getGridAccuracy', { zone }) })
  return (
    <Card title="How far forecasts were off">
      <Answered query={accuracy} what="how far forecasts were off" lines={2}>
        {({ sources, method, reason }) =>
          sources.length === 0 ? (
            <EmptyState title="No forecast has been compared yet.">{reason ?? 'It is compared once what was forecast has been measured.'}</EmptyState>
          ) : (
            <>
              <LedgerTable
                caption="Forecasts by source, compared with what was measured"
                columns={[
                  { name: 'Source' },
                  { name: 'Off by (mean)', align: 'end' },
                  { name: 'Of the mean', align: 'end' },
                  { name: 'Bias', align: 'end' },
                  { name: 'Compared', align: 'end' },
                ]}
                rows={sources.map((source) => ({
                  key: source.source,
                  cells: [
                    source.source,
                    formatIntensity(source.meanAbsolute),
                    `${source.meanAbsolutePercent.toFixed(1)} %`,
                    `${source.bias > 0 ? '+' : ''}${Math.round(source.bias)} g/kWh`,
                    source.comparisons,
                  ],
                }))}
              />
              <p className={prose['small']}>{method}</p>
            </>
          )
        }
      </Answered>
    </Card>
  )
}

function AbundanceCard({ zone }: { readonly zone: string }) {
  const { client } = useServices()
  const now = useNow()
  const abundance = useQuery({ queryKey: ['zones', zone, 'abundance'], queryFn: () => client.call('getAbundance', { zone }) })
  return (
    <Card title="More clean power than the grid can use">
      <Answered query={abundance} what="when there was surplus" lines={2}>
        {({ periods, reason }) =>
          periods.length === 0 ? (
            <EmptyState title="None is known.">{reason ?? 'Neither measured nor forecast.'}</EmptyState>
          ) : (
            <LedgerTable
              caption="Surplus and curtailment, newest first"
              columns={[{ name: 'From' }, { name: 'To' }, { name: 'What' }, { name: 'Renewables', align: 'end' }, { name: 'By what', show: 'wide' }]}
              rows={periods
                .toReversed()
                .slice(0, 50)
                .map((period) => ({
                  key: `${period.from} ${period.kind}`,
                  cells: [
                    <Utc key="from" at={period.from} now={now} />,
                    <Utc key="to" at={period.to} now={now} />,
                    `${period.kind}${period.kind === 'curtailment' ? ', inferred' : ''}${period.forecast ? ', forecast' : ''}`,
                    `${Math.round(period.share)} %`,
                    period.evidence,
                  ],
                }))}
            />
          )
        }
      </Answered>
    </Card>
  )
}

const OTHERWISE = {
  recording: 'a recording, labelled as one',
  model: 'a model of an ordinary day, labelled as one',
  nothing: 'nothing: jobs with a carbon rule wait',
} as const

function SourcesCard({ zone }: { readonly zone: string }) {
  const { client } = useServices()
  const zones = useQuery({ queryKey: ['zones', 'all'], queryFn: () => client.call('listZones', {}) })
  return (
    <Card title="Who is asked">
      <Answered query={zones} what="who is asked about this zone" lines={2}>
        {({ zones: all }) => {
          const view = all.find((one) => one.zone === zone)
          if (!view) return <EmptyState title="No zone of this name is known.">Look it up among all zones, or check how it is written.</EmptyState>
          return (
            <Facts
              rows={{
                ...Object.fromEntries(view.sources.map(({ kind, providers }) => [kind, providers.join(', then ')])),
                'If nobody answers': OTHERWISE[view.otherwise],
              }}
            />
          )
        }}
      </Answered>
    </Card>
  )
}
