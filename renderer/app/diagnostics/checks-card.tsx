import type { Diagnosis, Finding } from '../../../shared/contract/diagnosis.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { formatMoment } from '../../lib/format.ts'
import { rich } from '../../lib/rich.tsx'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Disclosure } from '../../ui/disclosure.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorText } from '../../ui/error-text.tsx'
import { Foreign } from '../../ui/foreign.tsx'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import prose from '../../ui/prose.module.css'
import { useNow } from '../hooks.ts'
import { CommandToCopy } from './command-to-copy.tsx'
import { useDiagnosis, useExamination } from './diagnosis-queries.ts'
import { VERDICT_WORD, commandIn, countsOf, groupName } from './diagnosis-words.ts'
import css from './diagnostics.module.css'

/** The checks of `windfall doctor`, made by the agent. Nothing is changed by them. */
export function ChecksCard({ closed }: { closed: boolean }) {
  const query = useDiagnosis()
  const examine = useExamination()
  const running = query.data?.state === 'running' || examine.isPending
  return (
    <Card
      title={t('Checks of this computer')}
      aside={
        query.data?.state === 'unavailable' ? null : (
          <Button look="primary" disabled={closed} unavailable={running} onClick={() => (running ? undefined : examine.mutate())}>
            {running ? t('Looking…') : query.data?.state === 'done' ? t('Check again') : t('Check now')}
          </Button>
        )
      }
    >
      {examine.error ? (
        <p className={prose['refused']} role="alert">
          {rich('That did not work: {reason}', { reason: <ErrorText error={examine.error} /> })}
        </p>
      ) : null}
      <Loaded query={query} what={t('the checks')} skeleton={<SkeletonLines count={5} />}>
        {(data) => <Checks diagnosis={data} />}
      </Loaded>
    </Card>
  )
}

function Checks({ diagnosis }: { diagnosis: Diagnosis }) {
  const { state, groups, message } = diagnosis
  return (
    <div className={css['checks']}>
      <output>{state === 'running' ? <Progress diagnosis={diagnosis} /> : null}</output>
      {state === 'failed' ? (
        <p className={prose['refused']} role="alert">
          {rich('The checks could not be made: {why}', { why: <Foreign>{message ?? ''}</Foreign> })}
        </p>
      ) : null}
      {state === 'unavailable' ? (
        <EmptyState title={t('This agent was started without the checks.')}>{t('They are on the command line, too: windfall doctor')}</EmptyState>
      ) : null}
      {state === 'none' ? (
        <EmptyState title={t('Not checked yet.')}>
          {t('Some fifty checks of driver, sandbox, power, network and data, in less than a minute. Nothing on this computer is changed.')}
        </EmptyState>
      ) : null}
      {groups.length > 0 ? <Results diagnosis={diagnosis} /> : null}
    </div>
  )
}

function Progress({ diagnosis: { of, pending } }: { diagnosis: Diagnosis }) {
  return (
    <span className={css['progress']}>
      <progress max={Math.max(1, of)} value={of - pending.length} aria-label={t('Checks that have ended')} />
      {t('{done} of {of} checks done.', { done: of - pending.length, of })}
      {pending.length > 0 && pending.length <= 3 ? ` ${t('Still looking at {checks}.', { checks: pending.join(', ') })}` : ''}
    </span>
  )
}

function Results({ diagnosis: { groups, endedAt, state } }: { diagnosis: Diagnosis }) {
  const now = useNow()
  const counts = countsOf(groups)
  const open = groups.flatMap(({ title, results }) =>
    results.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn').map((result) => ({ title, result })),
  )
  return (
    <>
      <p>
        {open.length === 0 ? (
          <strong>{t('Everything is in order.')}</strong>
        ) : (
          <strong>{t('{count, plural, one {One thing} other {# things}} to look at.', { count: open.length })}</strong>
        )}{' '}
        {t('{ok} in order, {skipped, plural, one {one does} other {# do}} not apply here.', { ok: counts.ok, skipped: counts.skipped })}{' '}
        {endedAt === null || state === 'running' ? '' : t('Checked {time}.', { time: formatMoment(endedAt, now) })}
      </p>
      {open.length === 0 ? null : (
        <ul className={css['findings']} aria-label={t('To look at')}>
          {open
            .toSorted((a, b) => Number(a.result.verdict === 'warn') - Number(b.result.verdict === 'warn'))
            .map(({ title, result }) => (
              <FindingRow key={`${result.code} ${result.evidence}`} group={groupName(title)} finding={result} />
            ))}
        </ul>
      )}
      <Disclosure name="checks" summary={t('All findings')}>
        {() => <AllFindings groups={groups} />}
      </Disclosure>
    </>
  )
}

function FindingRow({ finding: { code, verdict, evidence, fix }, group }: { finding: Finding; group: string | null }) {
  const command = fix === null ? null : commandIn(fix)
  return (
    <li>
      <Badge state={VERDICT_WORD[verdict]} />
      <div>
        <p>
          <Foreign>{evidence}</Foreign>
        </p>
        {fix === null || fix === command ? null : (
          <p className={css['fix']}>
            <Foreign>{fix}</Foreign>
          </p>
        )}
        {command === null ? null : <CommandToCopy command={command} />}
        <small className={css['code']}>
          {group === null ? '' : `${group} · `}
          <code>{code}</code>
        </small>
      </div>
    </li>
  )
}

const AllFindings = ({ groups }: Pick<Diagnosis, 'groups'>) => (
  <>
    {groups.map(({ title, results }) => (
      <section key={title} className={css['group']} aria-label={groupName(title)}>
        <h3>{groupName(title)}</h3>
        <ul className={css['findings']}>
          {results.map((result) => (
            <FindingRow key={`${result.code} ${result.evidence}`} group={null} finding={result} />
          ))}
        </ul>
      </section>
    ))}
  </>
)
