import { z } from 'zod'

/** A file inside a backup: names of letters, digits, dots, hyphens and underscores, none of which begins with a dot. */
const Path = z.string().regex(/^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/)
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const Count = z.number().int().nonnegative()

/**
 * What a backup holds, in its file `manifest.json`, which is written last. `tables/<name>.jsonl.gz` is one JSON array on each line: the names of the
 * columns first, then the cells of each row, where `{"i":"…"}` is an integer beyond 2^53 and `{"b":"…"}` are bytes in base64.
 */
export const Manifest = z.strictObject({
  format: z.literal('windfall-backup'),
  version: z.literal(1),
  /** Version of the Windfall that made it. */
  madeBy: z.string().max(50),
  madeAt: z.iso.datetime(),
  /** Names of the changes of the schema that the tables have been through, in order. */
  schema: z.array(z.string().max(100)).min(1),
  /** Rows by table. */
  tables: z.record(z.string(), Count),
  /** Messages of nodes that are kept and not looked at yet. */
  inbox: Count,
  /** Whether outputs, checkpoints and what jobs run are in it, or in a bucket that has a backup of its own. */
  blobs: z.enum(['included', 'in a bucket']),
  files: z.array(z.strictObject({ path: Path, bytes: Count, sha256: Sha256 })),
})
export type Manifest = z.infer<typeof Manifest>
