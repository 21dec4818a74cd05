import { type ReactNode, useId } from 'react'
import { t } from '../../../shared/i18n/translate.ts'
import { rich } from '../../lib/rich.tsx'
import { STEP_WORD } from '../../lib/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Choices } from '../../ui/choices.tsx'
import { ErrorText } from '../../ui/error-text.tsx'
import { Sub } from '../../ui/ledger-table.tsx'
import prose from '../../ui/prose.module.css'
import { RECEIPT_COLUMNS, receiptRow } from '../../ui/receipt-table.tsx'
import { VirtualTable } from '../../ui/virtual-table.tsx'
import type { CheckAll, FailedReceipt } from './check-all.ts'
import css from './check-all.module.css'
import type { CheckAllState } from './use-check-all.ts'

export type Shown = 'all' | 'failed'

interface CheckAllBarProps {
  readonly run: CheckAllState
  readonly shown: Shown
  readonly show: (shown: Shown) => void
}

const isUnderWay = (check: CheckAll | null): boolean => check?.state === 'listing' || check?.state === 'checking'

/** Checks every receipt of the list on this computer: one button that starts and cancels, how far it is, and what came of it. */
export function CheckAllBar({ run: { check, start, cancel }, shown, show }: CheckAllBarProps) {
  const underWay = isUnderWay(check)
  return (
    <section className={css['bar']} aria-label={t('Verify all here')}>
      <div className={css['line']}>
        <Button onClick={underWay ? cancel : start}>{underWay ? t('Cancel') : t('Verify all here')}</Button>
        {check && underWay ? <Progress check={check} /> : null}
        {/* Stands from the start, so that what comes of it is announced. */}
        <output className={css['result']}>{check && !underWay ? resultOf(check) : null}</output>
      </div>
      {check === null ? (
        <p className={prose['small']}>{t('Checks the signatures, sums and log entries of all receipts in this list on this computer, without the network.')}</p>
      ) : null}
      {check && check.failed.length > 0 ? (
        <Choices
          name="receipts-shown"
          label={t('Receipts shown')}
          options={[
            { value: 'all' as const, label: t('All') },
            { value: 'failed' as const, label: t('Failed ({count})', { count: check.failed.length }) },
          ]}
          chosen={shown}
          choose={show}
        />
      ) : null}
    </section>
  )
}

function Progress({ check: { state, checked, total } }: { check: CheckAll }) {
  const id = useId()
  return (
    <span className={css['progress']}>
      <progress aria-labelledby={id} {...(state === 'checking' ? { value: checked, max: Math.max(1, total) } : {})} />
      <span id={id}>
        {state === 'listing'
          ? t('{count, plural, one {# receipt} other {# receipts}} found so far', { count: total })
          : t('{checked, number} of {total, number} checked', { checked, total })}
      </span>
    </span>
  )
}

function resultOf(check: CheckAll): ReactNode {
  const { state, checked, failed, missing, error } = check
  const valid = checked - failed.length - missing
  return (
    <>
      <Badge
        state={failed.length > 0 ? { tone: 'madder', glyph: 'cross', word: t('{count, number} not valid', { count: failed.length }) } : validWord(valid)}
      />
      {failed.length > 0 ? <span>{t('{count, number} valid', { count: valid })}</span> : null}
      {missing > 0 ? <span>{t('{count, plural, one {# is} other {# are}} still on the way to this computer', { count: missing })}</span> : null}
      {state === 'cancelled' ? <span>{t('Cancelled. The others were not checked.')}</span> : null}
      {state === 'broken' && error ? <span>{rich('Could not go on: {reason}', { reason: <ErrorText error={error} /> })}</span> : null}
    </>
  )
}

const validWord = (count: number) =>
  count === 0
    ? ({ tone: 'slate', glyph: 'half', word: t('None checked') } as const)
    : ({ tone: 'leaf', glyph: 'check', word: t('{count, number} valid', { count }) } as const)

const FAILED_COLUMNS = [...RECEIPT_COLUMNS.slice(0, 1), { name: t('Failed at') }, ...RECEIPT_COLUMNS.slice(1)]

/** Only those that failed, with the step. */
export const FailedTable = ({ failed, now }: { failed: readonly FailedReceipt[]; now: number }) => (
  <VirtualTable
    caption={t('Receipts that failed the check')}
    columns={FAILED_COLUMNS}
    count={failed.length}
    rowAt={(index) => failedRow(failed[index] as FailedReceipt, now)}
  />
)

function failedRow({ receipt, step }: FailedReceipt, now: number) {
  const { key, cells } = receiptRow(receipt, now)
  const reason = step === null ? t('It is another receipt than its name says.') : STEP_WORD[step]
  return { key, cells: [cells[0], <Sub key="step">{reason}</Sub>, ...cells.slice(1)] }
}
