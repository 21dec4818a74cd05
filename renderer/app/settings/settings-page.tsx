import { type Ref, type RefObject, useEffect, useRef, useState } from 'react'
import type { RulesView } from '../../../shared/contract/owner-rules.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { useSearchText } from '../../lib/router.ts'
import { type Rule, findRules, resetRule, textOf } from '../../lib/rules.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import prose from '../../ui/prose.module.css'
import { SearchField } from '../../ui/search-field.tsx'
import { UndoLine } from '../undo-line.tsx'
import { HelpCard } from '../onboarding/help-card.tsx'
import { useShell } from '../shell-queries.ts'
import { RuleRow } from './rule-row.tsx'
import { findSections } from './shell-sections.ts'
import { ShellSettings } from './shell-settings.tsx'
import { showSetting } from './show-setting.ts'
import css from './settings.module.css'
import { type OwnRules, RULES_UNDO, useRules } from './use-rules.ts'

/** When this computer may work for others, as sentences that hold at once, and how the window and its shell behave. */
export function SettingsPage() {
  const { query, own } = useRules()
  const shell = useShell()
  const [search, setSearch] = useState('')
  const find = useRef<HTMLElement>(null)
  const sections = findSections(search)
  useNamedSetting(!query.isPending && !shell.isPending)
  return (
    <Page title={t('Settings')}>
      <Find ref={find} search={search} setSearch={setSearch} />
      <Loaded query={query} what={t('your rules')} skeleton={<SkeletonLines count={8} />}>
        {(data) => <Settings view={data} own={own(data)} search={search} find={find} isAll={sections.size === 0} />}
      </Loaded>
      <ShellSettings found={sections} />
      {search === '' ? <HelpCard /> : null}
    </Page>
  )
}

/** Shows the setting that the address names, as soon as it is there. */
function useNamedSetting(isReady: boolean): void {
  const named = useSearchText()
  useEffect(() => {
    if (isReady && named !== '') showSetting(location.hash)
  }, [isReady, named])
}

interface SettingsProps {
  readonly view: RulesView
  readonly own: OwnRules
  readonly search: string
  readonly find: RefObject<HTMLElement | null>
  /** Nothing else on the page has the words that are looked for. */
  readonly isAll: boolean
}

function Settings({ view, own, search, find, isAll }: SettingsProps) {
  const { rules, closed, change, hold } = own
  const groups = findRules(search)
  const reset = (rule: Rule) => hold(resetRule(rules, rule), t('Reset: {rule}.', { rule: textOf(rule) }))
  const goBack = () => {
    find.current?.querySelector('input')?.focus()
    hold(null, t('The settings file’s rules hold again.'))
  }
  return (
    <>
      <p className={prose['lead']}>{t('Each of these holds as soon as you change it, for jobs that run now, too.')}</p>
      {view.dedicated && !rules.dedicated ? (
        <p className={prose['small']}>
          {t(
            'Windfall was started as on a machine that nobody sits at, and hardly looks for you until it is quit and started again. Until then it may take you for present.',
          )}
        </p>
      ) : null}
      {closed ? <p className={prose['small']}>{t('Nothing can be changed now: that needs the agent, which does not answer.')}</p> : null}
      {own.refusal === null ? null : <UndoLine about={RULES_UNDO} undo={own.undo} refusal={own.refusal} />}
      {groups.length === 0 && isAll ? <EmptyState title={t('No setting has these words.')}>{t('Try fewer, such as “game” or “grid”.')}</EmptyState> : null}
      {groups.map(({ id, title, rules: found }) => (
        <Card key={id} title={title}>
          <ul className={css['rules']}>
            {found.map((rule) => (
              <RuleRow key={textOf(rule)} rule={rule} rules={rules} closed={closed} change={change} reset={reset} />
            ))}
          </ul>
        </Card>
      ))}
      {view.setBy === 'window' ? (
        <p className={css['back']}>
          <Button disabled={closed} onClick={goBack}>
            {t('Go back to the settings file')}
          </Button>
          <span className={prose['small']}>{t('All rules then are as settings.json has them, or as Windfall has them unasked.')}</span>
        </p>
      ) : null}
    </>
  )
}

const Find = ({ ref, search, setSearch }: { ref: Ref<HTMLElement>; search: string; setSearch: (text: string) => void }) => (
  <search ref={ref} className={css['find']}>
    <SearchField label={t('Find a setting')} placeholder={t('battery, game, hours …')} value={search} onType={setSearch} />
  </search>
)
