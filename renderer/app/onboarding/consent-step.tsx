import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { ShellChange } from '../../../shared/contract/shell.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { formatDate } from '../../lib/format.ts'
import { rich } from '../../lib/rich.tsx'
import { hrefOf } from '../../lib/router.ts'
import { remember } from '../../lib/window-memory.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorText } from '../../ui/error-text.tsx'
import prose from '../../ui/prose.module.css'
import { useServices } from '../services.ts'
import { useShell } from '../shell-queries.ts'
import css from './onboarding.module.css'
import { PERMISSIONS } from './permissions.ts'
import { useSetupOrder } from './setup-queries.ts'
import { ShellWishes, wishedOf } from './shell-wishes.tsx'
import { StepFrame, type StepProps } from './step-frame.tsx'

/** The exact permissions, and the choice. The one step that cannot be skipped: without it nothing runs. */
export function ConsentStep({ state, moved, closed, go, agreed }: StepProps & { readonly agreed: (refusal: Error | null) => void }) {
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
      {state.earlier === null ? null : (
        <Banner tone="honey" glyph="bang">
          {rich('{title} You agreed to another text on {day}; it does not count any more, so nothing runs until you have read this one.', {
            title: <strong>{t('What you allow has changed.')}</strong>,
            day: formatDate(state.earlier.at),
          })}
        </Banner>
      )}
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
