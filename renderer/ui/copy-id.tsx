import { useRef, useState } from 'react'
import { t } from '../../shared/i18n/translate.ts'
import { cx } from '../lib/cx.ts'
import { shortId } from '../lib/format.ts'
import { Button } from './button.tsx'
import css from './copy-id.module.css'

interface CopyIdProps {
  readonly value: string
  /** What it is, for the button's name: “signature”. */
  readonly what: string
  readonly full?: boolean
}

/** An id or hash that can be copied. Where the clipboard is closed to us, the text is selected so that the keyboard can copy it. */
export function CopyId({ value, what, full = false }: CopyIdProps) {
  const text = useRef<HTMLElement>(null)
  const [result, setResult] = useState<'copied' | 'selected' | null>(null)
  const copy = async () => {
    try {
      // Missing altogether on a page that came over the network without TLS.
      await navigator.clipboard.writeText(value)
      setResult('copied')
    } catch {
      if (text.current) getSelection()?.selectAllChildren(text.current)
      setResult('selected')
    }
  }
  const whole = full || result === 'selected'
  return (
    <span className={css['copy']}>
      <code ref={text} title={value} className={cx(!whole && css['short'])}>
        {whole ? value : shortId(value)}
      </code>
      <Button look="quiet" className={css['button']} aria-label={t('Copy {what}', { what })} onClick={() => void copy()}>
        {result === 'copied' ? t('Copied') : t('Copy')}
      </Button>
      <output className={result === 'selected' ? css['hint'] : 'sr-only'}>
        {result === 'copied' ? t('{what} copied', { what }) : null}
        {result === 'selected' ? t('Selected. Press Ctrl or ⌘ and C to copy.') : null}
      </output>
    </span>
  )
}
