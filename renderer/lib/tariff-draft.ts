import type { MoneyView } from '../../shared/contract/money.ts'
import type { Tariff } from '../../shared/domain/tariff.ts'
import { t } from '../../shared/i18n/translate.ts'
import { typedNumber } from './typed-number.ts'

/** What an owner types: one price for every hour. */
export interface TariffDraft {
  readonly currency: string
  /** In whole units of the currency. */
  readonly perKWh: string
  /** What one unit of the currency is worth in USD; may stay empty. */
  readonly usdPerUnit: string
}

export type DraftField = keyof TariffDraft

/** The draft of what holds now. A tariff with several prices begins empty: this form has one. */
export function draftOf(current: MoneyView['tariff']): TariffDraft {
  const tariff = current?.tariff
  return {
    currency: tariff?.currency ?? '',
    perKWh: tariff?.kind === 'flat' ? typedNumber(tariff.minorPerKWh / 100) : '',
    usdPerUnit: tariff?.usdPerUnit ? typedNumber(tariff.usdPerUnit) : '',
  }
}

const NUMBER = /^\d{1,4}(?:[.,]\d{1,6})?$/
const numberOf = (text: string): number | null => (NUMBER.test(text.trim()) ? Number(text.trim().replace(',', '.')) : null)

/** The tariff a draft says, or what is wrong with it, field by field. */
export function readDraft({ currency, perKWh, usdPerUnit }: TariffDraft): Tariff | Readonly<Partial<Record<DraftField, string>>> {
  const code = currency.trim().toUpperCase()
  const price = numberOf(perKWh)
  const rate = usdPerUnit.trim() === '' ? null : numberOf(usdPerUnit)
  const wrongRate = usdPerUnit.trim() !== '' && (rate === null || rate <= 0)
  const wrong = {
    ...(/^[A-Z]{3}$/.test(code) ? {} : { currency: t('Three letters, such as EUR.') }),
    ...(price === null ? { perKWh: t('A price such as 0.245, taxes included.') } : {}),
    ...(wrongRate ? { usdPerUnit: t('A number such as 1.08, or nothing.') } : {}),
  }
  if (Object.keys(wrong).length > 0 || price === null) return wrong
  return { kind: 'flat', currency: code, usdPerUnit: code === 'USD' ? null : rate, minorPerKWh: Math.round(price * 1e8) / 1e6 }
}

export const isTariff = (read: ReturnType<typeof readDraft>): read is Tariff => 'kind' in read
