import { existsSync, readFileSync, statSync } from 'node:fs'
import { z } from 'zod'
import { PersonName } from '../../shared/contract/person.ts'
import { WindfallError, messageOf } from '../../shared/errors.ts'
import type { Clock } from '../kernel/clock.ts'
import { createIds } from '../kernel/ids.ts'
import { createAudit } from './audit/audit.ts'
import type { BlobStores } from './blob-stores.ts'
import { openArchive } from './persistence/backup/archive.ts'
import { recordsOf } from './persistence/backup/load.ts'
import { type Db, transact } from './persistence/database.ts'
import { tracesIn } from './personal.ts'
import { erase } from './persons/erasing.ts'
import { createErasuresStore } from './persons/erasures.store.ts'
import { personOf, scopeOf } from './persons/scope.ts'

const Erasure = z.object({ person: PersonName, state: z.string() })
const Line = z.union([z.object({ items: z.array(Erasure) }), Erasure])

/** What came of forgetting again those whom a backup still knew. */
export interface ErasedAgain {
  readonly erased: readonly string[]
  /** Those who are erased as soon as the coordinator runs and what they wait for is over. */
  readonly waiting: readonly { readonly person: string; readonly for: readonly string[] }[]
}

async function inBackup(folder: string): Promise<string[]> {
  const archive = await openArchive(folder)
  if (archive.manifest.tables['erasure'] === undefined) return []
  const persons: string[] = []
  for await (const { kind, person, state } of recordsOf(archive.read('tables/erasure.jsonl.gz')))
    if (state === 'done') persons.push(PersonName.parse(`${String(kind)}:${String(person)}`))
  return persons
}

const inFile = (file: string): string[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      const read = Line.parse(JSON.parse(line))
      return 'items' in read ? read.items : [read]
    })
    .flatMap(({ person, state }) => (state === 'done' ? [person] : []))

/** Who was erased, by a newer backup, or by what “windfall person erasures --json” wrote. Error: `input.invalid`. */
export async function readErasures(place: string): Promise<readonly string[]> {
  try {
    return [...new Set(existsSync(place) && statSync(place).isDirectory() ? await inBackup(place) : inFile(place))]
  } catch (error) {
    throw new WindfallError(
      'input.invalid',
      `${place} is neither a backup nor what “windfall person erasures --state done --json” wrote: ${messageOf(error)}`,
      { cause: error },
    )
  }
}

interface AgainDeps {
  readonly db: Db
  readonly clock: Pick<Clock, 'now'>
  readonly stores: Readonly<Record<keyof BlobStores, Pick<BlobStores['blobs'], 'remove'>>>
}

/** Erases once more, and at once, whoever was erased after a backup was made. Whom the backup does not know is nobody to be forgotten. */
export async function eraseAgain({ db, clock, stores }: AgainDeps, persons: readonly string[]): Promise<ErasedAgain> {
  const decide = createAudit(clock)
  const ids = createIds(clock)
  const erased: string[] = []
  const waiting: { person: string; for: readonly string[] }[] = []
  for (const name of persons) {
    const person = personOf(name)
    const scope = await scopeOf(db, person).catch(() => null)
    if (!scope) continue
    const now = clock.now()
    const row = {
      id: ids.next(),
      kind: person.kind,
      person: person.id,
      scope: JSON.stringify(scope),
      state: 'waiting' as const,
      asked_at: now,
      asked_by: 'restore',
    }
    const asked = { ...row, due_at: now, ended_at: null, held_by: null, counts: null }
    const open = await createErasuresStore(db).of(person, 'waiting')
    if (open) await transact(db, (tx) => createErasuresStore(tx).change(open.id, { due_at: now }))
    else await transact(db, (tx) => createErasuresStore(tx).add(asked))
    const waitsFor = await erase({ db, clock, stores, decide, findTraces: tracesIn(decide) }, open ?? asked)
    if (waitsFor.length === 0) erased.push(name)
    else waiting.push({ person: name, for: waitsFor })
  }
  return { erased, waiting }
}
