import { WindfallError, messageOf } from '../../shared/errors.ts'
import { spokenLanguage } from '../../shared/i18n/translate.ts'
import { isOwnError } from '../lib/own-error.ts'
import { problemWords } from '../lib/problem-words.ts'
import { Foreign } from './foreign.tsx'

/** What went wrong: by its code in the reader's language, and in the words of whoever refused. */
export function ErrorText({ error }: { error: Error }) {
  if (spokenLanguage() === 'en' || isOwnError(error)) return messageOf(error)
  const code = error instanceof WindfallError ? error.code : 'internal'
  return (
    <>
      {problemWords(code)} <Foreign>{messageOf(error)}</Foreign>
    </>
  )
}
