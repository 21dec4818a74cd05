import type { OwnerVerb } from '../../shared/domain/owner-commands.ts'
import { messageOf } from '../../shared/errors.ts'
import { t } from '../../shared/i18n/translate.ts'
import { doneText, orderOf, wayBack } from './owner-orders.ts'
import { useOwnerOrder, useStatus } from './queries.ts'
import { useServices } from './services.ts'
import { useUndo } from './use-undo.ts'
import { useWindow } from './window-state.ts'

/** Under which the last order is offered to be undone. */
export const OWNER_UNDO = 'owner'

/** Gives the agent an order of the owner's, and offers the way back once it is done. */
export function useGiveOrder() {
  const { clock } = useServices()
  const { data: status } = useStatus()
  const { mutateAsync, isPending, error } = useOwnerOrder()
  const undo = useUndo()
  const { tell } = useWindow()
  const goBack = async (orders: ReturnType<typeof wayBack>) => {
    try {
      for (const order of orders) await mutateAsync(order)
    } catch (failure) {
      tell({ text: t('That could not be undone: {why}', { why: messageOf(failure) }), isProblem: true })
    }
  }
  /** Rejects with what the agent has against it. */
  const give = async (verb: OwnerVerb): Promise<void> => {
    const now = clock.now()
    const order = orderOf(verb, now)
    const back = status ? wayBack(verb, status, now) : []
    await mutateAsync(order)
    if (back.length > 0) undo.make({ about: OWNER_UNDO, text: doneText(order, clock.now()), undo: () => void goBack(back) })
  }
  return { give, isPending, error }
}
