import { type SyntheticEvent, useId, useState } from 'react'
import type { OwnerRules } from '../../../shared/contract/owner-rules.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { Button } from '../../ui/button.tsx'
import { Disclosure } from '../../ui/disclosure.tsx'
import field from '../../ui/field.module.css'
import prose from '../../ui/prose.module.css'
import { focusNext } from './focus.ts'
import css from './settings.module.css'

interface GamesRuleProps {
  readonly rules: OwnerRules
  readonly closed: boolean
  readonly change: (change: Partial<OwnerRules>, text: string) => void
}

type List = keyof OwnerRules['games']

const LISTS: Readonly<Record<List, { readonly title: string; readonly none: string }>> = {
  also: { title: t('Count as games, too'), none: t('Only the programs that Windfall finds by itself.') },
  never: { title: t('Never count as games'), none: t('None.') },
}
const MOST = 200

/** Programs that the owner names: windows that fill the screen and known launchers are found without them. */
export const GamesRule = ({ rules: { games }, closed, change }: GamesRuleProps) => (
  <Disclosure name="games" summary={t('Programs that count as games: {added} added, {left} left out', { added: games.also.length, left: games.never.length })}>
    {() => (
      <div className={css['games']}>
        <p className={prose['small']}>{t('A program’s name, such as blender, or a part of its path.')}</p>
        {(['also', 'never'] as const).map((list) => (
          <Programs
            key={list}
            list={list}
            names={[...new Set(games[list])]}
            closed={closed}
            set={(names, text) => change({ games: { ...games, [list]: [...names] } }, text)}
          />
        ))}
      </div>
    )}
  </Disclosure>
)

interface ProgramsProps {
  readonly list: List
  readonly names: readonly string[]
  readonly closed: boolean
  readonly set: (names: readonly string[], text: string) => void
}

function Programs({ list, names, closed, set }: ProgramsProps) {
  const id = useId()
  const [draft, setDraft] = useState('')
  const { title, none } = LISTS[list]
  const name = draft.trim()
  const canAdd = name !== '' && !names.includes(name) && names.length < MOST
  const add = (event: SyntheticEvent) => {
    event.preventDefault()
    if (!canAdd) return
    setDraft('')
    set([...names, name], t('{list}: {name}.', { list: title, name }))
  }
  return (
    <section aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>{title}</h3>
      {names.length === 0 ? <p className={prose['small']}>{none}</p> : null}
      <ul>
        {names.map((one) => (
          <li key={one}>
            {one}{' '}
            <Button
              look="quiet"
              disabled={closed}
              aria-label={t('Remove {name}', { name: one })}
              onClick={(event) => {
                focusNext(event.currentTarget)
                set(
                  names.filter((other) => other !== one),
                  t('Removed: {name}.', { name: one }),
                )
              }}
            >
              {t('Remove')}
            </Button>
          </li>
        ))}
      </ul>
      <form className={css['verbs']} onSubmit={add}>
        <input
          className={field['field']}
          aria-label={t('{list}: name of a program', { list: title })}
          maxLength={200}
          autoComplete="off"
          spellCheck={false}
          disabled={closed}
          value={draft}
          onChange={(event) => setDraft(event.currentTarget.value)}
        />
        <Button type="submit" unavailable={!canAdd}>
          {t('Add')}
        </Button>
      </form>
    </section>
  )
}
