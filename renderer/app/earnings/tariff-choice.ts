import type { MoneyView } from '../../../shared/contract/money.ts'
import type { Tariff } from '../../../shared/domain/tariff.ts'
import { messageOf } from '../../../shared/errors.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { useTariffOrder } from '../money-queries.ts'
import { useUndo } from '../use-undo.ts'
import { useWindow } from '../window-state.ts'

/** Makes a tariff hold in the place of the present one, and offers the way back. `null`: what the settings file says. */
export function useTariffChoice(present: MoneyView['tariff'], done: () => void) {
  const { mutate, mutateAsync, isPending, error } = useTariffOrder()
  const undo = useUndo()
  const { tell } = useWindow()
  const before = present?.setBy === 'window' ? present.tariff : null
  const goBack = () =>
    mutateAsync(before).catch((failure: unknown) => tell({ text: t('That could not be undone: {why}', { why: messageOf(failure) }), isProblem: true }))
  const choose = (tariff: Tariff | null) => {
    const text = tariff === null ? t('The settings file’s tariff holds again.') : t('Your tariff is saved.')
    const chosen = () => {
      undo.make({ about: 'tariff', text, undo: () => void goBack() })
      done()
    }
    mutate(tariff, { onSuccess: chosen })
  }
  return { choose, isPending, error }
}
