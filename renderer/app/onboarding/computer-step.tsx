import { t } from '../../../shared/i18n/translate.ts'
import { hrefOf } from '../../lib/router.ts'
import { SEEN_WORD, type Word } from '../../lib/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Foreign } from '../../ui/foreign.tsx'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import prose from '../../ui/prose.module.css'
import { CoordinatorChoice } from '../coordinator/coordinator-choice.tsx'
import { useStatus } from '../queries.ts'
import { type Found, findingsOf } from './findings.ts'
import css from './onboarding.module.css'
import { useMachineFacts } from './setup-queries.ts'
import { StepFrame, type StepProps } from './step-frame.tsx'

const VERDICT: Readonly<Record<Found['verdict'], Word>> = {
  ok: { tone: 'leaf', glyph: 'check', word: t('Works') },
  part: { tone: 'slate', glyph: 'half', word: t('Works in part') },
  missing: { tone: 'honey', glyph: 'bang', word: t('Needs you') },
  none: { tone: 'plain', glyph: 'ring', word: t('Not here') },
  asleep: SEEN_WORD.asleep,
}

/** What was found on this computer, each with a tick or the one fix. */
export function ComputerStep({ moved, closed, go }: StepProps) {
  const facts = useMachineFacts()
  return (
    <StepFrame
      title={t('This computer')}
      moved={moved}
      verbs={
        <>
          <Button look="primary" disabled={closed} onClick={() => go('power')}>
            {t('Next: Power')}
          </Button>
          <Button disabled={closed || facts.isFetching} onClick={() => void facts.refetch()}>
            {facts.isFetching ? t('Looking…') : t('Look again')}
          </Button>
          <Button look="quiet" disabled={closed} onClick={() => go('welcome')}>
            {t('Back')}
          </Button>
        </>
      }
    >
      <FoundHere facts={facts} />
      <h3>{t('Coordinator')}</h3>
      <CoordinatorChoice closed={closed} />
    </StepFrame>
  )
}

function FoundHere({ facts }: { facts: ReturnType<typeof useMachineFacts> }) {
  const status = useStatus()
  return (
    <Loaded query={facts} what={t('what is on this computer')} skeleton={<SkeletonLines count={6} />}>
      {(known) => (
        <Loaded query={status} what={t('what is on this computer')} skeleton={<SkeletonLines count={6} />}>
          {(machine) => <Findings {...findingsOf(machine, known)} />}
        </Loaded>
      )}
    </Loaded>
  )
}

const Findings = ({ found, canEarn }: ReturnType<typeof findingsOf>) => (
  <>
    <ul className={css['found']} aria-label={t('What was found')}>
      {found.map(({ key, verdict, title, text, fix }) => (
        <li key={key}>
          <Badge state={VERDICT[verdict]} />
          <div>
            <strong>{title}</strong>
            <p>{text}</p>
            {fix === null ? null : (
              <p className={css['fix']}>
                <Foreign>{fix}</Foreign>
              </p>
            )}
          </div>
        </li>
      ))}
    </ul>
    {canEarn ? null : <NothingEarns />}
    <p className={prose['small']}>
      <a href={hrefOf({ page: 'diagnostics' })}>{t('Examine this computer in detail')}</a>
    </p>
  </>
)

const NothingEarns = () => (
  <Banner tone="honey" glyph="bang">
    <strong>{t('As it is, this computer cannot earn anything.')}</strong>{' '}
    {t('Put right what is marked above and look again. If that is not worth it to you, quit Windfall and uninstall it: nothing has run.')}
  </Banner>
)
