/** A filter as a call takes it: left out where it does not narrow. Characters that nobody can see are no part of a search. */
export const given = <K extends string>(name: K, text: string | null | undefined): Partial<Record<K, string>> => {
  const seen = (text ?? '').replaceAll(/\p{C}/gu, '').trim()
  return seen === '' ? {} : ({ [name]: seen } as Record<K, string>)
}
