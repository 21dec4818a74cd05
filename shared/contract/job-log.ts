/** What a job says while it runs, on its way from its machine to whoever submitted it. */
import { z } from 'zod'
import { Base64, Id, IsoTime } from './wire.ts'

/** So many bytes travel at a time: in base64 they fit into one frame of an agent's socket. */
export const LOG_PIECE_BYTES = 32_768
/** Of what an attempt says, so much is kept: the newest. */
export const LOG_KEPT_BYTES = 4_194_304
/** No job says more than this in a week. */
export const MOST_SAID_BYTES = 1_099_511_627_776
/** What one answer holds at most. */
const MOST_READ_BYTES = 262_144

/** What an attempt said, or that it has said all. */
export const LogPiece = z.strictObject({
  leaseId: Id,
  token: z.number().int().positive(),
  /** Names the stretch in which `from` counts: it begins anew with every process of the agent. */
  stream: Id,
  /** How many bytes were said in the stream before these: what lies between two pieces was left out. */
  from: z.number().int().min(0).max(MOST_SAID_BYTES),
  /** Bytes as the job wrote them, stdout and stderr as they came. */
  content: Base64.max(4 * Math.ceil(LOG_PIECE_BYTES / 3)),
  /** Nothing follows. */
  isLast: z.boolean(),
})
export type LogPiece = z.infer<typeof LogPiece>

export const LogQuestion = z.strictObject({
  jobId: Id,
  /** `null`: the newest. */
  attemptId: Id.nullable().default(null),
  /** Position of the first byte that is asked for. */
  after: z.coerce.number().int().min(0).default(0),
  /** Nothing that was said before. */
  since: IsoTime.nullable().default(null),
  limit: z.coerce.number().int().min(1).max(MOST_READ_BYTES).default(65_536),
})

export const JobLog = z.strictObject({
  /** `null`: no attempt has begun. */
  attemptId: Id.nullable(),
  /** In the order of their positions. Bytes between two of them were not kept. */
  pieces: z.array(
    z.strictObject({
      from: z.number().int().min(0),
      /** When they arrived. */
      at: IsoTime,
      content: Base64,
    }),
  ),
  /** Where the next question goes on. */
  next: z.number().int().min(0),
  /** Nothing follows: the attempt has ended, and all that it said is here. */
  isOver: z.boolean(),
  /** When this is removed; `null` while its job goes on. */
  expiresAt: IsoTime.nullable(),
})
export type JobLog = z.infer<typeof JobLog>
