import { useState } from 'react'
import type { LogLevel, LogLine } from '../../../shared/contract/diagnosis.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { formatExact, formatSeconds } from '../../lib/format.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Choices } from '../../ui/choices.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import prose from '../../ui/prose.module.css'
import { SearchField } from '../../ui/search-field.tsx'
import { useLogs } from './diagnosis-queries.ts'
import { LEVEL_WORD } from './diagnosis-words.ts'
import css from './diagnostics.module.css'

const LEVELS: readonly { readonly value: LogLevel; readonly label: string }[] = [
  { value: 'info', label: t('Everything') },
  { value: 'warn', label: t('Warnings and errors') },
  { value: 'error', label: t('Errors') },
]

/** What the agent has written down lately, without secrets. */
export function LogCard({ closed }: { closed: boolean }) {
  const [level, setLevel] = useState<LogLevel>('info')
  const [search, setSearch] = useState('')
  const query = useLogs({ level, search })
  return (
    <Card
      title={t('Log')}
      aside={
        <Button disabled={closed} unavailable={query.isFetching} onClick={() => void query.refetch()}>
          {t('Read again')}
        </Button>
      }
    >
      <search className={css['filter']}>
        <Choices name="level" label={t('Which lines')} options={LEVELS} chosen={level} choose={setLevel} />
        <SearchField label={t('Find in the log')} value={search} onType={setSearch} />
      </search>
      <Loaded query={query} what={t('the log')} skeleton={<SkeletonLines count={6} />}>
        {({ lines, kept }) => <Lines lines={lines} kept={kept} filtered={search !== '' || level !== 'info'} />}
      </Loaded>
    </Card>
  )
}

function Lines({ lines, kept, filtered }: { lines: readonly LogLine[]; kept: number; filtered: boolean }) {
  if (lines.length === 0)
    return filtered && kept > 0 ? (
      <EmptyState title={t('No line is like that.')}>{t('Fewer words, or lines of all kinds, may find more.')}</EmptyState>
    ) : (
      <EmptyState title={t('Nothing was written down yet.')}>{t('The log begins when the agent starts, and is forgotten when it ends.')}</EmptyState>
    )
  return (
    <>
      <output className={prose['small']}>{t('{shown} of {kept} lines, the newest first.', { shown: lines.length, kept })}</output>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, and the keyboard has to be able to */}
      <section className={css['log']} aria-label={t('Lines of the log')} tabIndex={0}>
        <ol>
          {lines.map((line, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- lines may be the same to the letter
            <li key={`${line.at} ${index}`}>
              <time dateTime={line.at} title={formatExact(line.at)}>
                {formatSeconds(line.at)}
              </time>
              <Badge state={LEVEL_WORD[line.level]} />
              <span lang="en">
                {line.message}
                {line.about === '' ? null : <code>{line.about}</code>}
              </span>
            </li>
          ))}
        </ol>
      </section>
    </>
  )
}
