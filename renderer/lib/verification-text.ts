/**
 * What a step of a receipt check found, for who does not read English. The check itself knows nothing of languages, so that anybody can build it
 * from its description alone: it says every outcome in English, with its figures; here each has its sentence by step and outcome.
 */
import type { Verification, VerificationStep } from '../../shared/domain/verification.ts'
import { t } from '../../shared/i18n/translate.ts'

type StepName = VerificationStep['step']

const PASSED: Readonly<Record<StepName, string>> = {
  envelope: t('The receipt is signed and unchanged.'),
  'coordinator-key': t('The receipt is signed by a key you trust.'),
  rotations: t('The node signs with a key of its own, and every change of key is signed.'),
  proofs: t('The energy proofs are signed by the node and named by the receipt.'),
  chain: t('The proofs of the node follow each other without a gap.'),
  arithmetic: t('Every figure follows from the metered energy and the stated intensity.'),
  'half-hours': t('Energy is split at every half-hour in UTC, without gaps.'),
  inclusion: t('The receipt is in the log.'),
  'tree-head': t('The log has signed where it stands.'),
  anchor: t('The transaction on Solana holds where the log stands.'),
  plausibility: t('Time, power and energy are within what the metered devices can do.'),
}

const FAILED: Readonly<Record<StepName, string>> = {
  envelope: t('The receipt cannot be read, or was changed after it was signed.'),
  'coordinator-key': t('The receipt is not signed by a key you trust.'),
  rotations: t('The keys of the node do not follow from one another.'),
  proofs: t('An energy proof is not the one the receipt names, or not signed by its node.'),
  chain: t('The proofs of the node do not follow each other.'),
  arithmetic: t('A figure does not follow from the metered energy.'),
  'half-hours': t('The energy is not split at every half-hour.'),
  inclusion: t('The receipt is not shown to be in the log.'),
  'tree-head': t('Where the log stands is not signed by it.'),
  anchor: t('The anchor does not fit the log.'),
  plausibility: t('The figures are beyond what the metered devices can do.'),
}

/** Steps that nothing but these can keep from being judged. */
const SKIPPED: Readonly<Partial<Record<StepName, string>>> = {
  'coordinator-key': t('No key is given here that you trust, so whose receipt this is stays open.'),
  anchor: t('Not looked up on Solana: that needs the network.'),
}

/** In the words of the reader's language. */
export function stepText({ step, outcome }: Pick<VerificationStep, 'step' | 'outcome'>, { valid }: Pick<Verification, 'valid'>): string {
  if (outcome === 'passed') return PASSED[step]
  if (outcome === 'failed') return FAILED[step]
  return (valid ? SKIPPED[step] : undefined) ?? t('Not judged, because something before it failed or was not given.')
}
