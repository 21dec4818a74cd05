import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import field from '../../ui/field.module.css'
import { ApiKeyText } from '../credential.ts'
import { forgetPerson } from '../queries.ts'
import { useServices } from '../services.ts'
import css from './sign-in.module.css'

/** Where nobody has signed in: by the organisation’s provider, or with an API key. */
export function SignInPage() {
  const { credential } = useServices()
  const refused = credential.apiKey() !== null
  return (
    <main className={css['page']}>
      <title>Sign in · Windfall console</title>
      <h1>Windfall console</h1>
      {refused ? (
        <p role="alert" className={css['problem']}>
          The key of this tab is not accepted here. It may have expired or been revoked: paste another one.
        </p>
      ) : null}
      <section className={css['way']} aria-labelledby="by-provider">
        <h2 id="by-provider">As a person</h2>
        <p>With the account of your organisation, where the operator has set up a provider.</p>
        {/* Left and come back to: a whole page of the coordinator. */}
        <a className={css['link']} href={`/auth/sign-in?return=${encodeURIComponent('/console/')}`}>
          Sign in
        </a>
      </section>
      <KeyForm />
    </main>
  )
}

function KeyForm() {
  const { credential } = useServices()
  const queries = useQueryClient()
  const id = useId()
  const [text, setText] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const key = ApiKeyText.safeParse(text.trim())
    setProblem(key.error?.issues[0]?.message ?? null)
    if (!key.success) return
    credential.use(key.data)
    forgetPerson(queries)
  }
  return (
    <section className={css['way']} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>With an API key</h2>
      <p>It stays in this tab, and is forgotten when the tab is closed.</p>
      <form className={css['form']} onSubmit={submit}>
        <label htmlFor={id}>API key</label>
        <input
          id={id}
          className={field['field']}
          type="password"
          autoComplete="off"
          spellCheck={false}
          value={text}
          aria-invalid={problem !== null}
          aria-describedby={`${id}-problem`}
          onChange={(event) => setText(event.target.value)}
        />
        <Button type="submit" look="primary">
          Use this key
        </Button>
        <p id={`${id}-problem`} className={css['problem']} role="alert">
          {problem}
        </p>
      </form>
    </section>
  )
}
