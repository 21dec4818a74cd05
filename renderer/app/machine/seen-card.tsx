import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { AgentStatus } from '../../../shared/contract/agent.ts'
import type { SeenDevice } from '../../../shared/contract/device.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { foundText } from '../../lib/device-text.ts'
import { rich } from '../../lib/rich.tsx'
import { DEVICE_KIND, SEEN_WORD } from '../../lib/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { ErrorText } from '../../ui/error-text.tsx'
import { Foreign } from '../../ui/foreign.tsx'
import prose from '../../ui/prose.module.css'
import { keys } from '../queries.ts'
import { useServices } from '../services.ts'
import { useAnswer } from './device-orders.ts'
import css from './seen.module.css'

const NOTHING = { devices: [], seen: [] }

/** Looks for hardware again; the answer is what was found, in words. */
function useLookAgain() {
  const { client } = useServices()
  const queries = useQueryClient()
  const answer = useAnswer()
  return useMutation({
    mutationFn: async () => {
      const before = queries.getQueryData<AgentStatus>(keys.status) ?? NOTHING
      const after = await client.call('detectDevices', {})
      await answer(after)
      return foundText(before, after)
    },
  })
}

interface SeenCardProps {
  readonly seen: readonly SeenDevice[]
  readonly closedNote: string | null
}

/** Hardware that is there and not used: why, and what to do about it. */
export function SeenCard({ seen, closedNote }: SeenCardProps) {
  const look = useLookAgain()
  const verb = look.isPending ? { 'aria-disabled': true } : { onClick: () => look.mutate() }
  return (
    <Card
      title={t('Seen, not used')}
      aside={
        <Button disabled={closedNote !== null} aria-describedby={closedNote ?? undefined} {...verb}>
          {look.isPending ? t('Looking…') : t('Look again')}
        </Button>
      }
    >
      <output className={css['found']}>
        {look.isPending ? t('Looking for hardware. This takes a few seconds.') : null}
        {look.data ?? null}
      </output>
      {look.error ? (
        <p className={prose['refused']} role="alert">
          {rich('That did not work: {why}', { why: <ErrorText error={look.error} /> })}
        </p>
      ) : null}
      {seen.length === 0 ? (
        <p className={prose['small']}>{t('Nothing. All hardware that Windfall knows here is listed above.')}</p>
      ) : (
        <ul className={css['seen']} aria-label={t('Seen, not used')}>
          {seen.map((device) => (
            <Seen key={`${device.kind} ${device.name} ${device.busId ?? ''}`} device={device} />
          ))}
        </ul>
      )}
    </Card>
  )
}

const Seen = ({ device: { kind, vendor, name, busId, reason, advice } }: { device: SeenDevice }) => (
  <li>
    <span className={css['seenName']}>
      <strong>{name}</strong>
      <small>
        {t('{kind} by {vendor}', { kind: DEVICE_KIND[kind], vendor })}
        {busId === null ? '' : `, ${busId}`}
      </small>
    </span>
    <Badge state={SEEN_WORD[reason]} />
    <span className={css['advice']}>
      <Foreign>{advice}</Foreign>
    </span>
  </li>
)
