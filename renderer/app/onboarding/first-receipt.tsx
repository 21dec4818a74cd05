import type { OutputOf } from '../../../shared/contract/define.ts'
import type { agentContract } from '../../../shared/contract/agent.ts'
import type { FirstRun } from '../../../shared/contract/first-run.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { rich } from '../../lib/rich.tsx'
import { hrefOf } from '../../lib/router.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorText } from '../../ui/error-text.tsx'
import { Foreign } from '../../ui/foreign.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import prose from '../../ui/prose.module.css'
import { ReasonList } from '../../ui/reason-list.tsx'
import { CoordinatorLink } from '../coordinator/no-coordinator.tsx'
import { useNow } from '../hooks.ts'
import { useReceipt, useStatus } from '../queries.ts'
import { useVerification } from '../receipts/use-verification.ts'
import { VerdictCard } from '../receipts/verdict-card.tsx'
import css from './onboarding.module.css'
import { useSetupOrder } from './setup-queries.ts'
import { PHASES, PHASE_MEANS, PHASE_NAME } from './setup-words.ts'
import { StepFrame, type StepProps } from './step-frame.tsx'

/** What happens from consent to the first receipt, which this computer checks by itself. It goes on whether or not anybody looks. */
export function FirstReceipt({ state: { first, done }, moved, closed, refusal }: StepProps & { readonly refusal: Error | null }) {
  const order = useSetupOrder()
  const end = () => order.mutate({ do: 'end' }, { onSuccess: () => location.assign(hrefOf({ page: 'home' })) })
  const arrived = first.phase === 'receipt'
  return (
    <StepFrame
      title={arrived ? t('Your first receipt') : t('On the way to your first receipt')}
      moved={moved}
      verbs={
        <>
          {done ? null : (
            <Button look={arrived ? 'primary' : 'quiet'} disabled={closed} onClick={end}>
              {arrived ? t('Done') : t('Do not follow it any more')}
            </Button>
          )}
          <a href={hrefOf({ page: 'home' })}>{arrived ? t('Home') : t('Go to Home; this goes on by itself')}</a>
        </>
      }
    >
      <PhaseLine phase={first.phase} />
      {refusal ? (
        <p className={prose['refused']} role="alert">
          {rich('What you chose for login and tray was not kept: {reason} You can choose it again under Settings.', { reason: <ErrorText error={refusal} /> })}
        </p>
      ) : null}
      <p className={prose['lead']} aria-live="polite">
        {PHASE_MEANS[first.phase]}
      </p>
      {first.problem ? <Problem problem={first.problem} /> : null}
      {first.phase === 'waiting' ? <WhatStandsInTheWay /> : null}
      {first.leaseId === null ? null : <a href={hrefOf({ page: 'job', id: first.leaseId })}>{t('The job in detail')}</a>}
      {first.receiptId === null ? null : <Checked receiptId={first.receiptId} />}
    </StepFrame>
  )
}

function PhaseLine({ phase }: { phase: FirstRun['first']['phase'] }) {
  const reached = PHASES.indexOf(phase)
  const arrived = phase === 'receipt'
  return (
    <ol className={css['phases']} aria-label={t('How far it is')}>
      {PHASES.map((name, index) => (
        <li key={name} className={index <= reached ? css['done'] : undefined} aria-current={index === reached ? 'step' : undefined}>
          <Glyph name={index < reached || arrived ? 'check' : index === reached ? 'half' : 'ring'} />
          {PHASE_NAME[name]}
          {index < reached ? <span className="sr-only">, {t('done')}</span> : null}
        </li>
      ))}
    </ol>
  )
}

const Problem = ({ problem: { message } }: { problem: NonNullable<FirstRun['first']['problem']> }) => (
  <p className={prose['small']}>
    {message === null
      ? t('The last attempt came to nothing. Windfall goes on with the next job by itself.')
      : rich('The last attempt came to nothing: {why} Windfall goes on with the next job by itself.', { why: <Foreign>{message}</Foreign> })}
  </p>
)

function WhatStandsInTheWay() {
  const { data: status } = useStatus()
  const now = useNow()
  if (!status || status.reasons.length === 0) return null
  return (
    <>
      <ReasonList reasons={status.reasons} now={now} />
      <CoordinatorLink state={status.coordinator.state} />
    </>
  )
}

function Checked({ receiptId }: { receiptId: string }) {
  const receipt = useReceipt(receiptId)
  return (
    <Loaded query={receipt} what={t('your first receipt')} skeleton={<SkeletonLines count={6} />}>
      {(data) => <Verdict receiptId={receiptId} receipt={data} answeredAt={receipt.dataUpdatedAt} />}
    </Loaded>
  )
}

interface VerdictProps {
  readonly receiptId: string
  readonly receipt: OutputOf<(typeof agentContract)['getReceipt']>
  readonly answeredAt: number
}

function Verdict({ receiptId, receipt, answeredAt }: VerdictProps) {
  const check = useVerification(receipt, answeredAt)
  return (
    <>
      <VerdictCard check={check} />
      <a href={hrefOf({ page: 'receipt', receiptId })}>{t('What the receipt says')}</a>
    </>
  )
}
