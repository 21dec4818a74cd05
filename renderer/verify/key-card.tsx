import { useId } from 'react'
import { readPinnedKeys } from '../../shared/domain/pinned-keys.ts'
import { t } from '../../shared/i18n/translate.ts'
import { rich } from '../lib/rich.tsx'
import { Card } from '../ui/card.tsx'
import field from '../ui/field.module.css'
import { FileField } from '../ui/file-field.tsx'
import css from './verify.module.css'

/** Larger files hold more than keys. */
const MOST_BYTES = 65_536

interface KeyCardProps {
  readonly text: string
  readonly onText: (text: string) => void
}

function noteOn(text: string): { readonly note: string; readonly isWrong: boolean } {
  if (text.trim() === '') return { note: t('Without it, a receipt can be shown to be whole, but not whose it is.'), isWrong: false }
  const keys = readPinnedKeys(text)
  if (keys === null) return { note: t('This holds no public key of kind Ed25519 or P-256. The check goes on without it.'), isWrong: true }
  return {
    note:
      keys.length === 1
        ? t('The receipt has to be signed by this key.')
        : t('The receipt and its log have to be signed by one of these {count} keys.', { count: keys.length }),
    isWrong: false,
  }
}

/** Whose receipts are trusted: text, because a key that came another way than the receipt is often pasted. */
export function KeyCard({ text, onText }: KeyCardProps) {
  const id = useId()
  const { note, isWrong } = noteOn(text)
  const read = async (file: File) => onText(file.size > MOST_BYTES ? t('{file} is too large to be a key.', { file: file.name }) : await file.text())
  return (
    <Card title={t('Coordinator’s key')}>
      <p className={css['lead']} id={`${id}-hint`}>
        {rich('Ask the coordinator for its key in a way you trust, or open its address with {path} behind it. A JWK will do, too.', {
          path: <code>/v1/keys</code>,
        })}
      </p>
      <label htmlFor={id}>{t('Key')}</label>
      <textarea
        id={id}
        className={field['field']}
        rows={4}
        spellCheck={false}
        autoComplete="off"
        value={text}
        aria-invalid={isWrong}
        aria-describedby={`${id}-hint ${id}-note`}
        onChange={({ currentTarget }) => onText(currentTarget.value)}
      />
      <output id={`${id}-note`} className={css['note']} data-wrong={isWrong}>
        {note}
      </output>
      <FileField label={t('Choose a file with the key')} accept=".json,.jwk,.jwks,application/json" onFile={(file) => void read(file)} />
    </Card>
  )
}
