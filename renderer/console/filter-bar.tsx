import { type ReactNode, useEffect, useEffectEvent, useId, useRef, useState } from 'react'
import { isTyping } from '../lib/is-typing.ts'
import { Button } from '../ui/button.tsx'
import field from '../ui/field.module.css'
import css from './filter-bar.module.css'
import type { FilterKinds, Filters } from './filters.ts'
import { Said } from './order/said.tsx'
import { useServices } from './services.ts'

interface FilterBarProps<K extends FilterKinds> {
  readonly filters: Filters<K>
  readonly children: ReactNode
}

/** What a list is narrowed by. It is in the address, too, so that a link shows the same. What cannot be meant narrows nothing, and is said. */
export const FilterBar = <K extends FilterKinds>({ filters, children }: FilterBarProps<K>) => (
  <>
    <search className={css['bar']}>
      {children}
      {filters.isNarrowed ? (
        <Button look="quiet" onClick={filters.clear}>
          Clear filters
        </Button>
      ) : null}
    </search>
    <Said>
      {filters.odd.map(({ name, text, like }) => (
        <p key={name}>
          “{text}” is not looked for: write {like}.
        </p>
      ))}
    </Said>
  </>
)

const TYPING_MS = 300

interface TextFilterProps<K extends FilterKinds> {
  readonly filters: Filters<K>
  readonly name: keyof K & string
  readonly label: string
  readonly placeholder?: string
  /** The one that `/` leads to. */
  readonly isSearch?: boolean
}

/** Text that is looked for once nobody has typed for a moment, or at once with Enter. */
export function TextFilter<K extends FilterKinds>({ filters, name, label, placeholder, isSearch = false }: TextFilterProps<K>) {
  const { clock } = useServices()
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const inAddress = filters.typed(name)
  const [text, setText] = useState({ typed: inAddress, from: inAddress })
  // Another address, as by the way back, says what is looked for now.
  if (text.from !== inAddress) setText({ typed: inAddress, from: inAddress })
  const take = useEffectEvent((typed: string) => {
    if (typed.trim() !== inAddress) filters.set(name, [typed])
  })
  useEffect(() => clock.after(TYPING_MS, () => take(text.typed)), [clock, text.typed])
  useSlash(input, isSearch)
  return (
    <span className={css['filter']}>
      <label htmlFor={id}>{label}</label>
      <input
        ref={input}
        id={id}
        className={field['field']}
        type="search"
        value={text.typed}
        placeholder={placeholder}
        spellCheck={false}
        autoComplete="off"
        {...(isSearch ? { 'aria-keyshortcuts': '/' } : {})}
        onChange={(event) => setText({ typed: event.target.value, from: inAddress })}
        onKeyDown={(event) => event.key === 'Enter' && filters.set(name, [text.typed])}
      />
    </span>
  )
}

/** `/` leads to what is looked for. */
function useSlash(input: React.RefObject<HTMLInputElement | null>, isSearch: boolean): void {
  useEffect(() => {
    if (!isSearch) return
    const listen = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      if (document.querySelector('dialog:modal') !== null) return
      event.preventDefault()
      input.current?.focus()
      input.current?.select()
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [input, isSearch])
}

interface ChoiceFilterProps<K extends FilterKinds> {
  readonly filters: Filters<K>
  readonly name: keyof K & string
  readonly label: string
  /** What may be chosen; a text by itself is its own name. */
  readonly options: readonly (string | { readonly value: string; readonly label: string })[]
  /** What it means that nothing is chosen. */
  readonly none?: string
}

/** One of several. What the address holds several of stands as its own choice, so that nothing is hidden. */
export function ChoiceFilter<K extends FilterKinds>({ filters, name, label, options, none = 'All' }: ChoiceFilterProps<K>) {
  const id = useId()
  const value = filters.all(name).join(',')
  const named = options.map((option) => (typeof option === 'string' ? { value: option, label: option } : option))
  const choices = value === '' || named.some((option) => option.value === value) ? named : [...named, { value, label: value.replaceAll(',', ', ') }]
  return (
    <span className={css['filter']}>
      <label htmlFor={id}>{label}</label>
      <select id={id} className={field['field']} value={value} onChange={(event) => filters.set(name, event.target.value.split(','))}>
        <option value="">{none}</option>
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
    </span>
  )
}
