/** What may stand in the place of a value, by the word that the definition has for it. */
import type { Value } from '../definition.ts'

/** What there is to choose from; several where several will do. */
export interface Expected {
  readonly words: readonly string[]
  readonly files: boolean
  readonly folders: boolean
  /** Ids that only whoever knows them can say: which kind. */
  readonly ids: string | null
}

const NOTHING: Expected = { words: [], files: false, folders: false, ids: null }

const FILES: ReadonlySet<string> = new Set(['file', 'files', 'keys', 'place', 'path=file', 'indexes|file'])
const FOLDERS: ReadonlySet<string> = new Set(['dir', 'folder'])

/** Words for which somebody can be asked; the file is what will do as well. */
const ASKED = [
  'approval',
  'array',
  'batch',
  'canary',
  'decision',
  'device',
  'incident',
  'job',
  'member',
  'model',
  'node',
  'prefix',
  'proof',
  'receipt',
  'requester',
  'rule',
  'session',
  'template',
  'token',
  'webhook',
  'zone',
] as const
export type Asked = (typeof ASKED)[number]

export const isAsked = (name: string): name is Asked => ASKED.some((asked) => asked === name)

/** What completion offers for a value. */
export function expectedOf({ name, choices }: Value): Expected {
  if (choices.length > 0) return { ...NOTHING, words: choices }
  return { ...NOTHING, files: FILES.has(name) || name === 'receipt', folders: FOLDERS.has(name), ids: isAsked(name) ? name : null }
}
