import { useId, useState } from 'react'
import { t } from '../../../shared/i18n/translate.ts'
import { rich } from '../../lib/rich.tsx'
import { saveFile } from '../../lib/save-file.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { ErrorText } from '../../ui/error-text.tsx'
import field from '../../ui/field.module.css'
import prose from '../../ui/prose.module.css'
import { useReport } from './diagnosis-queries.ts'
import css from './diagnostics.module.css'
import { useCopy } from './use-copy.ts'

const HOLDS: readonly string[] = [
  t('versions of Windfall and of this system'),
  t('what Windfall does now and why'),
  t('names of devices and drivers'),
  t('checks that are not in order'),
  t('the newest lines of the log'),
]
const NEVER: readonly string[] = [
  t('keys, tokens and passwords'),
  t('your user name, the name of this computer, the path of your home folder'),
  t('whole wallet addresses: only their first and last four characters stay'),
  t('files of yours, or what jobs work on'),
]

/** A report that its owner reads before anybody else does. Windfall sends nothing. */
export function ReportCard({ closed }: { closed: boolean }) {
  const report = useReport()
  return (
    <Card title={t('Problem report')}>
      <div className={css['report']}>
        <p className={prose['lead']}>{t('For whoever helps you. You read it first, and you decide who gets it: Windfall sends it to nobody.')}</p>
        <div className={css['pair']}>
          <Listed title={t('What is in it')} items={HOLDS} />
          <Listed title={t('What never is')} items={NEVER} />
        </div>
        <Button disabled={closed} unavailable={report.isPending} onClick={() => report.mutate()}>
          {report.data ? t('Make it again') : t('Make a report')}
        </Button>
        {report.error ? (
          <p className={prose['refused']} role="alert">
            {rich('That did not work: {reason}', { reason: <ErrorText error={report.error} /> })}
          </p>
        ) : null}
        {report.data ? <Preview text={report.data.text} /> : null}
      </div>
    </Card>
  )
}

const Listed = ({ title, items }: { title: string; items: readonly string[] }) => (
  <div>
    <h3>{title}</h3>
    <ul className={css['listed']}>
      {items.map((item) => (
        <li key={item}>{item}</li>
      ))}
    </ul>
  </div>
)

/** The note stands before everything else, as it was typed. */
const withNote = (text: string, note: string): string => (note.trim() === '' ? text : text.replace('\n', `\n\n## What happened\n\n${note.trim()}\n`))

function Preview({ text }: { text: string }) {
  const id = useId()
  const [note, setNote] = useState('')
  const { copy, said, text: shown } = useCopy<HTMLPreElement>()
  const whole = withNote(text, note)
  return (
    <>
      <p className={css['note']}>
        <label htmlFor={id}>{t('What happened? (you need not say anything)')}</label>
        <textarea className={field['field']} id={id} rows={3} maxLength={4_000} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
      </p>
      <h3>{t('This is all of it')}</h3>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, and the keyboard has to be able to */}
      <section className={css['preview']} aria-label={t('The whole report')} tabIndex={0} lang="en">
        <pre ref={shown}>{whole}</pre>
      </section>
      <p className={css['verbs']}>
        <Button look="primary" onClick={() => void copy(whole)}>
          {t('Copy')}
        </Button>
        <Button onClick={() => saveFile({ name: 'windfall-report.md', type: 'text/markdown', text: whole })}>{t('Save file')}</Button>
        <output>{said}</output>
      </p>
    </>
  )
}
