import { Fragment } from 'react'
import type { NodeView } from '../../../shared/contract/node-admin.ts'
import type { NodeFault } from '../../../shared/contract/node-fault.ts'
import { faultText } from '../../../shared/domain/fault-words.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { formatFixed, formatMoment } from '../../lib/format.ts'
import { Badge } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Foreign } from '../../ui/foreign.tsx'
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
    <Card title={t('How far it is trusted')}>
      <div className={css['device']}>
        <p className={prose['small']}>
          {t('The coordinator’s view of this machine. Pausing, playing, closing Windfall or switching off never counts against you.')}
        </p>
        <Loaded query={standing} what={t('what the coordinator says of this machine')} skeleton={<SkeletonLines count={3} />}>
          {(node) => <Facts rows={factsOf(node, now)} />}
        </Loaded>
      </div>
    </Card>
  )
}

const factsOf = (node: NodeView, now: number) => ({
  [t('State')]: node.state === 'active' ? null : <State node={node} now={now} />,
  [t('Reputation')]: (
    <>
      {t('{reputation} of 1', { reputation: formatFixed(node.reputation, 2) })} <small>{reputationText(node)}</small>
    </>
  ),
  [t('Results today')]: (
    <>
      {t('{done} of {all}', { done: node.quota.today, all: node.quota.perDay })} <small>{quotaText(node, now)}</small>
    </>
  ),
  [t('Unlikely')]: node.signals.length === 0 ? t('Nothing about its latest proofs.') : <Signals node={node} now={now} />,
})

const STATE_WORD: Readonly<Record<NodeView['state'], string>> = {
  active: t('active'),
  probation: t('probation'),
  quarantined: t('quarantined'),
  removed: t('removed'),
}

const State = ({ node: { state, reason, quarantinedUntil }, now }: { node: NodeView; now: number }) => (
  <>
    <Badge state={{ tone: 'honey', glyph: 'bang', word: STATE_WORD[state] }} />{' '}
    <small>
      <Foreign>{reason ?? ''}</Foreign>
    </small>
    {quarantinedUntil === null ? null : <small> {t('Until {time}, then it gets small jobs at first.', { time: formatMoment(quarantinedUntil, now) })}</small>}
  </>
)

const times = (count: number): string => formatFixed(count, Number.isInteger(count) ? 0 : 1)

function reputationText({ standing: { jobs, good, bad, faults } }: NodeView): string {
  if (jobs === 0 && bad === 0) return t('{half} is a machine of which nothing is known yet.', { half: formatFixed(0.5, 2) })
  const counted = Object.entries(faults).filter(([, count]) => count >= 0.05)
  const why = counted.map(([fault, count]) => faultText(fault as NodeFault, times(count)))
  const values = { jobs, good: times(good), bad: times(bad) }
  return why.length === 0
    ? t('{jobs, plural, one {# proven run} other {# proven runs}}; {good} in its favour and {bad} against it, where what was long ago counts less.', values)
    : t('{jobs, plural, one {# proven run} other {# proven runs}}; {good} in its favour and {bad} against it, where what was long ago counts less: {why}.', {
        ...values,
        why: why.join(', '),
      })
}

const quotaText = ({ quota: { today, perDay, freshAt } }: NodeView, now: number): string =>
  today >= perDay
    ? t('It gets no more jobs until {time}.', { time: formatMoment(freshAt, now) })
    : t('One more a day for each good result, one less for each bad one.')

/** They count and are paid, whatever is said of them. */
const Signals = ({ node, now }: { node: NodeView; now: number }) => (
  <>
    {node.signals.map(({ signalId, message, at }) => (
      <Fragment key={signalId}>
        <Foreign>{message}</Foreign> <small>{formatMoment(at, now)}</small>
        <br />
      </Fragment>
    ))}
    <small>{t('These proofs count and are paid. Their samples are asked for more often.')}</small>
  </>
)
