import { type FirstRun, SETUP_STEPS, type SetupStep } from '../../../shared/contract/first-run.ts'
import { t } from '../../../shared/i18n/translate.ts'

/** The steps by their names. */
export const STEP_NAME: Readonly<Record<SetupStep, string>> = {
  welcome: t('Welcome'),
  computer: t('This computer'),
  power: t('Power'),
  estimate: t('Estimate'),
  consent: t('Consent'),
}

/** The way from consent to a receipt, in order. */
export const PHASES: readonly FirstRun['first']['phase'][] = ['waiting', 'job', 'proof', 'receipt']
export const PHASE_NAME: Readonly<Record<FirstRun['first']['phase'], string>> = {
  waiting: t('Waiting for a job'),
  job: t('Job'),
  proof: t('Proof'),
  receipt: t('Receipt'),
}

/** What happens at each point of the way. */
export const PHASE_MEANS: Readonly<Record<FirstRun['first']['phase'], string>> = {
  waiting: t('The first job that fits this computer starts by itself. It usually takes less than an hour once nothing stands in the way.'),
  job: t('A job works in its sandbox, and this computer measures what it takes.'),
  proof: t('The work is done. The coordinator checks the signed measurement, then it issues a receipt.'),
  receipt: t('Your first receipt is here. This computer checks it now, step by step and without the network.'),
}

export const stepNumber = (step: SetupStep): number => SETUP_STEPS.indexOf(step) + 1

/** What the owner is reminded of outside the steps; `null` if of nothing. */
export function reminderOf({ asked, consent, done }: FirstRun): 'setup' | 'first-receipt' | null {
  if (!asked) return null
  if (consent === null) return 'setup'
  return done ? null : 'first-receipt'
}

/** Whether the window opens on the steps. */
export const opensOnSteps = (state: FirstRun): boolean => reminderOf(state) === 'setup' && !state.later
