import type { AgentStatus } from '../../../shared/contract/agent.ts'
import { t } from '../../../shared/i18n/translate.ts'
import type { LinkState } from '../../lib/link.ts'
import type { Word } from '../../lib/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { useLink } from '../hooks.ts'
import { useStatus } from '../queries.ts'
import css from '../../ui/shell.module.css'

function wordOf(link: LinkState, status: AgentStatus | undefined, failed: boolean): Word {
  if (link.state === 'lost' || link.state === 'refused') return { tone: 'honey', glyph: 'bang', word: t('Agent not reached') }
  if (status === undefined && failed) return { tone: 'honey', glyph: 'bang', word: t('State not known') }
  switch (status?.coordinator.state) {
    case 'connected':
      return { tone: 'leaf', glyph: 'drop', word: t('Connected') }
    case 'offline':
      return { tone: 'honey', glyph: 'bang', word: t('Offline') }
    case 'unconfigured':
      return { tone: 'plain', glyph: 'ring', word: t('No coordinator') }
    case 'connecting':
    case undefined:
      return { tone: 'slate', glyph: 'half', word: t('Connecting') }
  }
}

/** Foot of the menu: are we connected, which zone, which version. */
export function ConnectionLine() {
  const link = useLink()
  const { data: status, isError } = useStatus()
  return (
    <div className={css['connection']}>
      <Badge state={wordOf(link, status, isError)} />
      {status ? <span className={css['version']}>{t('Zone {zone} · v{version}', { zone: status.node.zone, version: status.version })}</span> : null}
    </div>
  )
}
