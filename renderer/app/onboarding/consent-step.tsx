import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { ShellChange } from '../../../shared/contract/shell.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { rich } from '../../lib/rich.tsx'
import { hrefOf } from '../../lib/router.ts'
import { remember } from '../../lib/window-memory.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorText } from '../../ui/error-text.tsx'
import prose from '../../ui/prose.module.css'
import { useServices } from '../services.ts'
import { useShell } from '../shell-queries.ts'
import css from './onboarding.module.css'
import { useSetupOrder } from './setup-queries.ts'
import { ShellWishes, wishedOf } from './shell-wishes.tsx'
import { StepFrame, type StepProps } from './step-frame.tsx'

/** The text that `CONSENT_TEXT` names: whoever changes what it allows gives it another name there. */
const PERMISSIONS: readonly { readonly what: string; readonly detail: string }[] = [
  {
    what: t('Run jobs of others'),
    detail: t('on the devices you lend, in a sandbox without network and without access to your files, and only while your rules allow it.'),
  },
  {
    what: t('See whether you need this computer'),
    detail: t(
      'the time of the last touch, games and full-screen programs, what uses the GPU, battery and temperature. This is looked at here and never leaves this computer.',
    ),
  },
  {
    what: t('Tell the coordinator about this machine'),
    detail: t('its devices, drivers and speed, its grid zone, when it is free, and for each job the measured energy, signed by a key that stays here.'),
  },
  {
    what: t('Keep data on this disk'),
    detail: t('images and inputs of jobs within the set budget, measurements, receipts and settings, all in Windfall’s own folders.'),
  },
  { what: t('Use your connection'), detail: t('to fetch jobs, return results and read the grid forecast. Nothing large is loaded over a metered network.') },
]

/** The exact permissions, and the choice. The one step that cannot be skipped: without it nothing runs. */
export function ConsentStep({ moved, closed, go, agreed }: StepProps & { readonly agreed: (refusal: Error | null) => void }) {
  const { shell } = useServices()
  const { data: known } = useShell()
  const order = useSetupOrder()
  const [wishes, setWishes] = useState<ShellChange>({})
  const start = useMutation({
    mutationFn: async (): Promise<Error | null> => {
      await order.mutateAsync({ do: 'agree' })
      const wished = wishedOf(known, wishes)
      if (shell === null || Object.keys(wished).length === 0) return null
      if (wished.onClose !== undefined) remember({ closingSeen: wished.onClose })
      // What the shell refuses is no reason not to begin.
      return shell.call('changeShell', wished).then(
        () => null,
        (error: Error) => error,
      )
    },
    onSuccess: agreed,
  })
  const later = () => order.mutate({ do: 'later' }, { onSuccess: () => location.assign(hrefOf({ page: 'home' })) })
  const error = start.error ?? order.error
  return (
    <StepFrame
      title={t('Consent')}
      moved={moved}
      verbs={
        <>
          <Button look="primary" disabled={closed} unavailable={start.isPending} onClick={() => start.mutate()}>
            {t('Start earning')}
          </Button>
          <Button disabled={closed} onClick={later}>
            {t('Look around first')}
          </Button>
          <Button look="quiet" disabled={closed} onClick={() => go('estimate')}>
            {t('Back')}
          </Button>
        </>
      }
    >
      <p className={prose['lead']}>{t('With “Start earning” you allow Windfall to do this, and nothing else:')}</p>
      <dl className={css['permissions']}>
        {PERMISSIONS.map(({ what, detail }) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>{detail}</dd>
          </div>
        ))}
      </dl>
      <ShellWishes wishes={wishes} closed={closed} wish={(change) => setWishes({ ...wishes, ...change })} />
      <p className={prose['small']}>
        {t(
          'You can pause at any time, change every rule, and take all of this back by uninstalling. “Look around first” leaves Windfall paused: nothing runs until you come back here.',
        )}
      </p>
      {error ? (
        <p className={prose['refused']} role="alert">
          {rich('That did not work: {reason}', { reason: <ErrorText error={error} /> })}
        </p>
      ) : null}
    </StepFrame>
  )
}
