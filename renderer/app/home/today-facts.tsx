import type { AgentStatus } from '../../../shared/contract/agent.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { formatEnergy, formatGrams, formatSpan } from '../../lib/format.ts'
import { Explain } from '../../ui/explain.tsx'
import { Figure, Figures } from '../../ui/figures.tsx'
import { OriginLabel } from '../../ui/origin-label.tsx'
import { Watts } from '../../ui/watts.tsx'

/** The day in four figures. */
export const TodayFacts = ({ status: { power, today } }: { status: AgentStatus }) => (
  <Figures>
    <Figure name={t('Power now')}>
      {power === null ? (
        <>
          – <small>{t('nothing is metered')}</small>
        </>
      ) : (
        <Watts watts={power.watts} method={power.method} />
      )}
    </Figure>
    <Figure name={t('Energy today')}>
      {today.estimated ? '≈ ' : ''}
      {formatEnergy(today.energyJ)}{' '}
      <small>
        {today.estimated ? t('in {duration}, estimate', { duration: formatSpan(today.runMs) }) : t('in {duration}', { duration: formatSpan(today.runMs) })}
      </small>
    </Figure>
    <Figure name={t('CO₂e today')}>
      {formatGrams(today.emissionsG)} <small>{t('{receipts, plural, one {on # receipt} other {on # receipts}}', { receipts: today.receipts })}</small>{' '}
      {today.origin === null ? null : (
        <small>
          <OriginLabel origin={today.origin} recordedOn={today.recordedOn} />
        </small>
      )}
    </Figure>
    <Figure name={t('Attributed saving')}>
      <Explain
        how={t(
          'What the same energy would have emitted had each job started the moment it was submitted, less what it did emit. It can be negative. Each receipt shows the sum.',
        )}
      >
        {formatGrams(today.attributedSavingG)}
      </Explain>{' '}
      <small>{t('CO₂e today')}</small>
    </Figure>
  </Figures>
)
