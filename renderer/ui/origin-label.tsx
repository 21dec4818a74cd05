import type { Origin } from '../../shared/contract/wire.ts'
import { t } from '../../shared/i18n/translate.ts'
import { formatRecording } from '../lib/format.ts'
import type { Word } from '../lib/words.ts'
import { Badge } from './badge.tsx'

function wordOf(origin: Origin, recordedOn: string | null): Word {
  if (origin === 'live') return { tone: 'leaf', glyph: 'drop', word: t('live') }
  if (origin === 'modelled') return { tone: 'honey', glyph: 'modelled', word: t('modelled, not measured') }
  return { tone: 'honey', glyph: 'recorded', word: recordedOn === null ? t('recorded, not live') : t('recorded {day}', { day: formatRecording(recordedOn) }) }
}

/** Where a number about the grid comes from. Stands beside every such number. */
export const OriginLabel = ({ origin, recordedOn }: { origin: Origin; recordedOn: string | null }) => <Badge state={wordOf(origin, recordedOn)} />
