import type { CheckVerdict, Diagnosis, LogLevel } from '../../../shared/contract/diagnosis.ts'
import { t } from '../../../shared/i18n/translate.ts'
import type { Word } from '../../lib/words.ts'

export const VERDICT_WORD: Readonly<Record<CheckVerdict, Word>> = {
  ok: { tone: 'leaf', glyph: 'check', word: t('In order') },
  warn: { tone: 'honey', glyph: 'bang', word: t('Worth a look') },
  fail: { tone: 'madder', glyph: 'cross', word: t('Broken') },
  skipped: { tone: 'plain', glyph: 'ring', word: t('Not looked at') },
}

export const LEVEL_WORD: Readonly<Record<LogLevel, Word>> = {
  debug: { tone: 'plain', glyph: 'ring', word: t('Detail') },
  info: { tone: 'slate', glyph: 'ring', word: t('Note') },
  warn: { tone: 'honey', glyph: 'bang', word: t('Warning') },
  error: { tone: 'madder', glyph: 'cross', word: t('Error') },
}

/** The groups of checks as the agent names them. One that is new keeps its name. */
const GROUP: Readonly<Record<string, string>> = {
  Computer: t('Computer'),
  Windfall: 'Windfall',
  'Devices and their energy': t('Devices and their energy'),
  'Container engine': t('Container engine'),
  Sandbox: t('Sandbox'),
  'GPU in containers': t('GPU in containers'),
  'Owner and power': t('Owner and power'),
  Network: t('Network'),
  Data: t('Data'),
  Keys: t('Keys'),
  'What runs now': t('What runs now'),
}
export const groupName = (title: string): string => GROUP[title] ?? title

type Results = Diagnosis['groups'][number]['results']

/** How many findings there are of each kind. */
export function countsOf(groups: Diagnosis['groups']): Readonly<Record<CheckVerdict, number>> {
  const all: Results = groups.flatMap(({ results }) => results)
  const count = (verdict: CheckVerdict) => all.filter((result) => result.verdict === verdict).length
  return { ok: count('ok'), warn: count('warn'), fail: count('fail'), skipped: count('skipped') }
}

const COMMAND = /(?:^|[:;.] )((?:sudo |windfall |docker |chmod |npm |npx |wsl |loginctl |systemctl |export )[^→]*?)(?:$|(?=; [a-z]+ )|(?=\. [A-Z]))/

/** The command in a piece of advice, to be copied; `null` if there is none. */
export function commandIn(fix: string): string | null {
  const found = COMMAND.exec(fix)?.[1]?.trim().replace(/[.;]$/, '')
  return found === undefined || found === '' ? null : found
}
