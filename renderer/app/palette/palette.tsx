import { type KeyboardEvent, useId, useLayoutEffect, useRef, useState } from 'react'
import { t } from '../../../shared/i18n/translate.ts'
import { isMac } from '../../lib/platform.ts'
import { recall, remember, withRecent } from '../../lib/window-memory.ts'
import field from '../../ui/field.module.css'
import { Keys } from '../../ui/keys.tsx'
import { useLink } from '../hooks.ts'
import { useStatus } from '../queries.ts'
import { useRun } from '../run-command.ts'
import { usePreferences, useShell } from '../shell-queries.ts'
import { useWindow } from '../window-state.ts'
import { type PaletteCommand, findCommands, paletteCommands } from './commands.ts'
import css from './palette.module.css'

/** Everything the window can do, found by a few letters. */
export function Palette() {
  const dialog = useModal()
  const { setOverlay } = useWindow()
  const run = useRun()
  const give = (command: PaletteCommand | undefined) => {
    if (!command || command.unavailable !== null) return
    remember({ recent: withRecent(recall().recent, command.id) })
    // Closed first, so that the focus is back where it was before the command moves it on.
    dialog.current?.close()
    setOverlay(null)
    run(command.run)
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events -- Escape closes it, too
    <dialog
      ref={dialog}
      className={css['palette']}
      aria-label={t('Commands')}
      onClose={() => setOverlay(null)}
      onClick={(event) => event.target === event.currentTarget && dialog.current?.close()}
    >
      <Finder give={give} />
    </dialog>
  )
}

type Give = (command: PaletteCommand | undefined) => void

/** A field, and what answers it (ARIA practices: editable combobox with list autocomplete). */
function Finder({ give }: { give: Give }) {
  const id = useId()
  const { typed, type, found, active, move } = useFound()
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Enter') give(found[active])
    else if (event.key === 'ArrowDown') move(active + 1)
    else if (event.key === 'ArrowUp') move(active - 1)
    else return
    event.preventDefault()
  }
  return (
    <div className={css['inside']}>
      <input
        className={field['field']}
        role="combobox"
        aria-label={t('Find a command, page or setting')}
        aria-expanded={found.length > 0}
        aria-controls={id}
        aria-autocomplete="list"
        aria-activedescendant={found.length === 0 ? undefined : optionId(id, active)}
        placeholder={t('pause, receipts, dark …')}
        autoComplete="off"
        spellCheck={false}
        maxLength={100}
        value={typed}
        onChange={(event) => type(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <output className={found.length === 0 ? css['none'] : 'sr-only'}>
        {found.length === 0
          ? t('Nothing has these words. Try fewer letters.')
          : t('{count, plural, one {# command} other {# commands}}', { count: found.length })}
      </output>
      {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- no tag is a list whose choice is made from another field */}
      <div id={id} role="listbox" aria-label={t('Commands')} className={css['list']}>
        {found.map((command, index) => (
          <Option key={command.id} id={optionId(id, index)} command={command} isActive={index === active} give={give} />
        ))}
      </div>
    </div>
  )
}

const optionId = (list: string, index: number): string => `${list}-${index}`

function useFound() {
  const link = useLink()
  const { data: status } = useStatus()
  const { data: preferences } = usePreferences()
  const { data: shell } = useShell()
  const [recent] = useState(() => recall().recent)
  const [{ typed, active }, setState] = useState({ typed: '', active: 0 })
  const commands = paletteCommands({
    status: status ?? null,
    closed: link.state === 'lost' || link.state === 'refused',
    preferences: preferences ?? null,
    hasShell: shell !== null && shell !== undefined,
    updates: shell ? shell.update.state !== 'off' : false,
    isMac: isMac(),
  })
  const found = findCommands(commands, typed, recent)
  const count = Math.max(1, found.length)
  return {
    typed,
    found,
    active: Math.min(active, count - 1),
    type: (text: string) => setState({ typed: text, active: 0 }),
    move: (to: number) => setState({ typed, active: (to + count) % count }),
  }
}

/** Opens with the part, closes before it is taken out of the page: so the focus goes back to where it came from. */
function useModal() {
  const dialog = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    const shown = dialog.current
    shown?.showModal()
    return () => shown?.close()
  }, [])
  return dialog
}

interface OptionProps {
  readonly id: string
  readonly command: PaletteCommand
  readonly isActive: boolean
  readonly give: Give
}

/** The keyboard never comes here: it stays in the field, which says which option is meant. */
function Option({ id, command, isActive, give }: OptionProps) {
  const { label, kind, keys, unavailable } = command
  const row = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    if (isActive) row.current?.scrollIntoView({ block: 'nearest' })
  }, [isActive])
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus, jsx-a11y/prefer-tag-over-role -- the field has the keys
    <div ref={row} id={id} role="option" className={css['option']} aria-selected={isActive} aria-disabled={unavailable !== null} onClick={() => give(command)}>
      <span className={css['label']}>{label}</span>
      <span className={css['kind']}>{kind}</span>
      {keys.length === 0 ? null : <Keys keys={keys} />}
      {unavailable === null ? null : <span className={css['why']}>{unavailable}</span>}
    </div>
  )
}
