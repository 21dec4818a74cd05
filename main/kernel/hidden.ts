/** Anything shorter is no secret, and would blot out words. */
const SHORTEST = 6
const CENSOR = '[redacted]'

/** What looks like a secret wherever it stands: a password in an address, a key in a query, and whatever comes after Bearer. */
const LOOKS: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/(\/\/[^/@\s:"']*):[^/@\s"']+@/g, `$1:${CENSOR}@`],
  // The name is looked at ahead, once: a long one that no “=” follows would otherwise be gone through from each of its places.
  [/([?&](?=[\w-]*(?:key|token|secret|password|signature|credential))[\w-]+=)[^&\s"'#)]+/gi, `$1${CENSOR}`],
  [/\b(Bearer|Basic) [\w.~+/=-]{6,}/g, `$1 ${CENSOR}`],
  // API keys, sessions, enrolment tokens and secrets of webhooks.
  [/\bwf[se]?_[\w-]{20,}/g, CENSOR],
  [/\bwhsec_[\w+/]{20,}={0,2}/g, CENSOR],
  [/-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?-----END \1-----/g, CENSOR],
]

/** A secret as it is, as it stands in JSON, and as it stands in an address. */
const formsOf = (secret: string): readonly string[] => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret.toWellFormed())]

/** Returns what makes of a text one that may be written down: without these secrets, and without what looks like one. */
export function createRedaction(secrets: readonly string[]): (text: string) => string {
  const hidden = [...new Set(secrets.filter(({ length }) => length >= SHORTEST).flatMap(formsOf))].toSorted((a, b) => b.length - a.length)
  return (text) => {
    let clean = text
    for (const secret of hidden) if (clean.includes(secret)) clean = clean.replaceAll(secret, CENSOR)
    for (const [pattern, instead] of LOOKS) clean = clean.replaceAll(pattern, instead)
    return clean
  }
}

/** The same of a text that was written by somebody who knows no secrets. */
export const withoutSecrets: (text: string) => string = createRedaction([])
