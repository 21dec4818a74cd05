import { useId, useState } from 'react'
import type { RulesView } from '../../../shared/contract/owner-rules.ts'
import { type Rule, findRules, resetRule, textOf } from '../../lib/rules.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import field from '../../ui/field.module.css'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import prose from '../../ui/prose.module.css'
import { UndoLine } from '../undo-line.tsx'
import { RuleRow } from './rule-row.tsx'
import css from './settings.module.css'
import { type OwnRules, RULES_UNDO, useRules } from './use-rules.ts'

/** When this computer may work for others, as sentences that hold at once. */
export function SettingsPage() {
  const { query, own } = useRules()
  return (
    <Page title="Settings">
      <Loaded query={query} what="your rules" skeleton={<SkeletonLines count={8} />}>
        {(data) => <Settings view={data} own={own(data)} />}
      </Loaded>
    </Page>
  )
}

function Settings({ view, own }: { view: RulesView; own: OwnRules }) {
  const [search, setSearch] = useState('')
  const { rules, closed, change, hold } = own
  const groups = findRules(search)
  const reset = (rule: Rule) => hold(resetRule(rules, rule), `Reset: ${textOf(rule)}.`)
  return (
    <>
      <p className={prose['lead']}>Each of these holds as soon as you change it, for jobs that run now, too.</p>
      {view.dedicated ? (
        <p className={prose['small']}>This machine was set up as one that nobody sits at, so what it says about you being away does not matter.</p>
      ) : null}
      {closed ? <p className={prose['small']}>Nothing can be changed now: that needs the agent, which does not answer.</p> : null}
      <Find search={search} setSearch={setSearch} />
      <UndoLine about={RULES_UNDO} undo={own.undo} refusal={own.refusal} />
      {groups.length === 0 ? <EmptyState title="No rule has these words.">Try fewer, such as “game” or “grid”.</EmptyState> : null}
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
          <Button disabled={closed} onClick={() => hold(null, 'The settings file’s rules hold again.')}>
            Go back to the settings file
          </Button>
          <span className={prose['small']}>All rules then are as settings.json has them, or as Windfall has them unasked.</span>
        </p>
      ) : null}
    </>
  )
}

function Find({ search, setSearch }: { search: string; setSearch: (text: string) => void }) {
  const id = useId()
  return (
    <search className={css['find']}>
      <label htmlFor={id}>Find a rule</label>
      <input
        className={field['field']}
        id={id}
        type="search"
        autoComplete="off"
        maxLength={100}
        placeholder="battery, game, hours …"
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
    </search>
  )
}
