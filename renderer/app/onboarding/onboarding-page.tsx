import { useState } from 'react'
import type { FirstRun, SetupStep } from '../../../shared/contract/first-run.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { rich } from '../../lib/rich.tsx'
import { hrefOf } from '../../lib/router.ts'
import { ErrorText } from '../../ui/error-text.tsx'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import prose from '../../ui/prose.module.css'
import { useLink } from '../hooks.ts'
import { ComputerStep } from './computer-step.tsx'
import { ConsentStep } from './consent-step.tsx'
import { EstimateStep } from './estimate-step.tsx'
import { FirstReceipt } from './first-receipt.tsx'
import { PowerStep } from './power-step.tsx'
import { useFirstRun, useSetupOrder } from './setup-queries.ts'
import { StepsList } from './steps-list.tsx'
import { WelcomeStep } from './welcome-step.tsx'

/** From the first start to the first receipt that this computer has verified. */
export function OnboardingPage() {
  const query = useFirstRun()
  return (
    <Page title={t('Set up Windfall')}>
      <Loaded query={query} what={t('where you were')} skeleton={<SkeletonLines count={8} />}>
        {(data) => <Onboarding state={data} />}
      </Loaded>
    </Page>
  )
}

const VIEWS = { welcome: WelcomeStep, computer: ComputerStep, power: PowerStep, estimate: EstimateStep, consent: ConsentStep } as const

function Onboarding({ state }: { state: FirstRun }) {
  const link = useLink()
  const order = useSetupOrder()
  const [moves, setMoves] = useState(0)
  const [refusal, setRefusal] = useState<Error | null>(null)
  const closed = link.state === 'lost' || link.state === 'refused'
  const follows = state.step === 'consent' && (state.consent !== null || !state.asked)
  const go = (step: SetupStep) => {
    setMoves(moves + 1)
    order.mutate({ do: 'go', step })
  }
  const agreed = (refused: Error | null) => {
    // Who has their first receipt behind them goes on where they were.
    if (state.done && refused === null) return location.assign(hrefOf({ page: 'home' }))
    setMoves(moves + 1)
    setRefusal(refused)
  }
  const View = VIEWS[state.step]
  const shared = { state, moved: moves > 0, closed, go }
  return (
    <>
      <StepsList current={follows ? null : state.step} closed={closed} go={go} />
      {closed ? (
        <p className={prose['small']}>{t('Nothing can be changed now: that needs the agent, which does not answer. You go on here once it does.')}</p>
      ) : null}
      {order.error ? (
        <p className={prose['refused']} role="alert">
          {rich('That did not work: {reason}', { reason: <ErrorText error={order.error} /> })}
        </p>
      ) : null}
      {follows ? <FirstReceipt {...shared} refusal={refusal} /> : <View key={state.step} {...shared} agreed={agreed} />}
    </>
  )
}
