import type { PersonPiece } from '../../../shared/contract/person.ts'
import { toIso } from '../../../shared/units.ts'
import type { Blobs } from '../persistence/blobs.ts'
import type { Db } from '../persistence/database.ts'
import { readme } from './archive-words.ts'
import { createContentStore } from './content.store.ts'
import { type Scope, createPersonsStore } from './persons.store.ts'
import { PLACES } from './places.ts'
import { createTracesStore } from './traces.store.ts'

/** What is a secret, or the hash of one: it helps nobody who has the archive but a thief. */
const SECRETS: Readonly<Record<string, readonly string[]>> = {
  api_key: ['sha256'],
  member_session: ['token_sha256'],
  sign_in_code: ['code_sha256', 'challenge'],
  webhook: ['secret'],
  wallet_link: ['secret', 'nonce'],
  fleet_invite: ['code_hash'],
  enrolment_token: ['token_sha256'],
}

const ROWS = 100

export interface ExportDeps {
  readonly db: Db
  readonly clock: { readonly now: () => number }
  readonly outputs: Pick<Blobs, 'read' | 'has'>
}

interface Page {
  readonly pieces: readonly PersonPiece[]
  /** Where in the same part to go on; `null` if it is over. */
  readonly offset: number | null
}
type Part = (offset: number) => Promise<Page>

/** Amounts travel as decimal text, bytes as base64. */
const shown = (value: unknown): unknown =>
  typeof value === 'bigint' ? value.toString() : value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value

const line = (table: string, row: object): PersonPiece => ({
  file: `${table}.jsonl`,
  as: 'line',
  content: JSON.stringify(Object.fromEntries(Object.entries(row).flatMap(([name, value]) => (SECRETS[table]?.includes(name) ? [] : [[name, shown(value)]])))),
})

const whole = (file: string, bytes: Uint8Array): PersonPiece => ({ file, as: 'base64', content: Buffer.from(bytes).toString('base64') })

const rowsOf = (table: string, rows: readonly object[], offset: number): Page => ({
  pieces: rows.map((row) => line(table, row)),
  offset: rows.length < ROWS ? null : offset + ROWS,
})

const page = (offset: number) => ({ offset, limit: ROWS })

/** What an archive is made of, part after part. */
function partsOf({ db, clock, outputs }: ExportDeps, name: string, scope: Scope): Part[] {
  const persons = createPersonsStore(db)
  const traces = createTracesStore(db, scope)
  return [
    async () => ({ pieces: [whole('README.md', Buffer.from(readme(name, toIso(clock.now()))))], offset: null }),
    ...PLACES.map(
      (place): Part =>
        async (offset) =>
          rowsOf(place.table, await persons.rows(place, scope, page(offset)), offset),
    ),
    async (offset) => rowsOf('decisions', await traces.decisions(page(offset)), offset),
    async (offset) => rowsOf('acts', await traces.acts(page(offset)), offset),
    // One output may be as large as a page may be.
    async (offset) => {
      const digests = await createContentStore(db, scope).outputs()
      const digest = digests[offset]
      const isKept = digest !== undefined && (await outputs.has(digest))
      const pieces = isKept ? [whole(`outputs/${digest.slice('sha256:'.length)}`, await outputs.read(digest))] : []
      return { pieces, offset: offset + 1 < digests.length ? offset + 1 : null }
    },
  ]
}

/** One page of everything that is kept about a person. `after`: the cursor of the page before, `PART.OFFSET`. */
export async function exportPage(
  deps: ExportDeps,
  asked: { readonly name: string; readonly scope: Scope; readonly after: string | null },
): Promise<{ items: PersonPiece[]; next: string | null }> {
  const parts = partsOf(deps, asked.name, asked.scope)
  const [from = 0, begin = 0] = (asked.after ?? '0.0').split('.').map(Number)
  const items: PersonPiece[] = []
  for (let [part, offset] = [from, begin]; part < parts.length; [part, offset] = [part + 1, 0]) {
    const found = await parts[part]?.(offset)
    items.push(...(found?.pieces ?? []))
    if (found && found.offset !== null) return { items, next: `${part}.${found.offset}` }
    // What comes last may be large: it goes alone.
    if (items.length >= ROWS || (items.length > 0 && part + 2 === parts.length)) return { items, next: part + 1 < parts.length ? `${part + 1}.0` : null }
  }
  return { items, next: null }
}
