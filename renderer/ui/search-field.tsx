import { useId } from 'react'
import field from './field.module.css'

interface SearchFieldProps {
  readonly label: string
  readonly placeholder?: string
  readonly value: string
  readonly onType: (text: string) => void
}

/** Words to look for, with what they are looked for in as its label. */
export function SearchField({ label, placeholder, value, onType }: SearchFieldProps) {
  const id = useId()
  return (
    <>
      <label htmlFor={id}>{label}</label>
      <input
        className={field['field']}
        id={id}
        type="search"
        autoComplete="off"
        maxLength={100}
        placeholder={placeholder}
        value={value}
        onChange={(event) => onType(event.currentTarget.value)}
      />
    </>
  )
}
