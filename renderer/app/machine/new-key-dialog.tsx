import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { DeviceKey } from '../../../shared/contract/device.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { rich } from '../../lib/rich.tsx'
import { EVIDENCE_WORD } from '../../lib/words.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorText } from '../../ui/error-text.tsx'
import prose from '../../ui/prose.module.css'
import { useServices } from '../services.ts'
import { useAnswer } from './device-orders.ts'
import css from './key.module.css'

type Evidence = DeviceKey['evidence']
const CHOICES = ['software', 'tpm'] as const satisfies readonly Evidence[]

function useNewKey(onMade: () => void) {
  const { client } = useServices()
  const answer = useAnswer()
  return useMutation({
    mutationFn: (evidence: Evidence) => client.call('rotateKey', { evidence }),
    onSuccess: async (status) => {
      await answer(status)
      onMade()
    },
  })
}

interface NewKeyDialogProps {
  readonly current: DeviceKey
  readonly close: (made: boolean) => void
}

/** Asks before the key is replaced, and where the new one is to be made. */
export function NewKeyDialog({ current, close }: NewKeyDialogProps) {
  const order = useNewKey(() => close(true))
  const [chosen, setChosen] = useState<Evidence>(current.evidence)
  const [noChip, setNoChip] = useState<Error | null>(null)
  const make = () => {
    order.mutate(chosen, {
      onError: (error) => {
        if (chosen !== 'tpm') return
        setNoChip(error)
        setChosen('software')
      },
    })
  }
  return (
    <Dialog title={t('Make a new signing key?')} busy={order.isPending} onClose={() => close(false)}>
      <Consequence />
      <fieldset className={css['choices']} disabled={order.isPending}>
        <legend>{t('Made by')}</legend>
        {CHOICES.map((evidence) => (
          <Choice key={evidence} evidence={evidence} chosen={chosen} choose={setChosen} refusal={evidence === 'tpm' ? noChip : null} />
        ))}
      </fieldset>
      {order.error && order.variables !== 'tpm' ? (
        <p className={prose['refused']} role="alert">
          {rich('The key was not changed: {why}', { why: <ErrorText error={order.error} /> })}
        </p>
      ) : null}
      <div className={css['verbs']}>
        <Button look="primary" {...(order.isPending ? { 'aria-disabled': true } : { onClick: make })}>
          {order.isPending ? t('Making the key…') : t('Replace the key')}
        </Button>
        <Button disabled={order.isPending} onClick={() => close(false)}>
          {t('Keep the present key')}
        </Button>
      </div>
    </Dialog>
  )
}

const Consequence = () => (
  <p>
    {t(
      'The old key signs the change, and once the coordinator knows it, this machine signs with the new key alone. The node keeps its identity, history, receipts and earnings, and everything signed until now stays valid. It cannot be undone.',
    )}
  </p>
)

interface ChoiceProps {
  readonly evidence: Evidence
  readonly chosen: Evidence
  readonly choose: (evidence: Evidence) => void
  /** Why it cannot be chosen. */
  readonly refusal: Error | null
}

const Choice = ({ evidence, chosen, choose, refusal }: ChoiceProps) => (
  <>
    <label>
      <input type="radio" name="evidence" checked={chosen === evidence} disabled={refusal !== null} onChange={() => choose(evidence)} />
      <span>
        {EVIDENCE_WORD[evidence].name} <small>{EVIDENCE_WORD[evidence].means}</small>
      </span>
    </label>
    {refusal === null ? null : (
      <p className={prose['refused']} role="alert">
        {rich('Not possible on this computer: {why}', { why: <ErrorText error={refusal} /> })}
      </p>
    )}
  </>
)
