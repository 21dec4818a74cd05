import { Fragment } from 'react'
import type { NodeView } from '../../../shared/contract/node-admin.ts'
import type { NodeFault } from '../../../shared/contract/node-fault.ts'
import { FAULT_WORDS } from '../../../shared/domain/fault-words.ts'
import { formatMoment } from '../../lib/format.ts'
import { Badge } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import prose from '../../ui/prose.module.css'
import { useNow } from '../hooks.ts'
import { useStanding } from '../queries.ts'
import css from './machine.module.css'

/** How far the coordinator trusts this machine, and everything that says so. */
export function StandingCard() {
  const standing = useStanding()
  const now = useNow()
  return (
    <Card title="How far it is trusted">
      <div className={css['device']}>
        <p className={prose['small']}>The coordinator’s view of this machine. Pausing, playing, closing Windfall or switching off never counts against you.</p>
        <Loaded query={standing} what="what the coordinator says of this machine" skeleton={<SkeletonLines count={3} />}>
          {(node) => <Facts rows={factsOf(node, now)} />}
        </Loaded>
      </div>
    </Card>
  )
}

const factsOf = (node: NodeView, now: number) => ({
  State: node.state === 'active' ? null : <State node={node} now={now} />,
  Reputation: (
    <>
      {node.reputation.toFixed(2)} of 1 <small>{reputationText(node)}</small>
    </>
  ),
  'Results today': (
    <>
      {node.quota.today} of {node.quota.perDay} <small>{quotaText(node, now)}</small>
    </>
  ),
  Unlikely: node.signals.length === 0 ? 'Nothing about its latest proofs.' : <Signals node={node} now={now} />,
})

const State = ({ node: { state, reason, quarantinedUntil }, now }: { node: NodeView; now: number }) => (
  <>
    <Badge state={{ tone: 'honey', glyph: 'bang', word: state }} /> <small>{reason}</small>
    {quarantinedUntil === null ? null : <small> Until {formatMoment(quarantinedUntil, now)}, then it gets small jobs at first.</small>}
  </>
)

const times = (count: number): string => (Number.isInteger(count) ? String(count) : count.toFixed(1))

function reputationText({ standing: { jobs, good, bad, faults } }: NodeView): string {
  if (jobs === 0 && bad === 0) return '0.50 is a machine of which nothing is known yet.'
  const counted = Object.entries(faults).filter(([, count]) => count >= 0.05)
  const why = counted.map(([fault, count]) => `${times(count)} ${FAULT_WORDS[fault as NodeFault]}`)
  return `${jobs} proven runs; ${times(good)} in its favour and ${times(bad)} against it, where what was long ago counts less${why.length > 0 ? `: ${why.join(', ')}` : ''}.`
}

const quotaText = ({ quota: { today, perDay, freshAt } }: NodeView, now: number): string =>
  today >= perDay ? `It gets no more jobs until ${formatMoment(freshAt, now)}.` : 'One more a day for each good result, one less for each bad one.'

/** They count and are paid, whatever is said of them. */
const Signals = ({ node, now }: { node: NodeView; now: number }) => (
  <>
    {node.signals.map(({ signalId, message, at }) => (
      <Fragment key={signalId}>
        {message} <small>{formatMoment(at, now)}</small>
        <br />
      </Fragment>
    ))}
    <small>These proofs count and are paid. Their samples are asked for more often.</small>
  </>
)
