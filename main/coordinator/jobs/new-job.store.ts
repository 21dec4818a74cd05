import type { Insertable } from 'kysely'
import { neededResults } from '../../../shared/domain/pay.ts'
import { placeKindFor } from '../../../shared/domain/places.ts'
import type { Schema } from '../persistence/database.ts'
import type { NewJob } from './jobs.store.ts'

/** A job that nobody has looked at yet, as it is written. */
export const newJobRow = ({
  jobId,
  requesterId,
  spec,
  submittedAt,
  deadlineAt,
  reason,
  message,
  template,
  array,
  isBlocked,
  fairStart,
  isBestEffort,
}: NewJob) =>
  ({
    id: jobId,
    requester_id: requesterId,
    spec: JSON.stringify(spec),
    state: 'queued' as const,
    reason,
    message,
    priority: spec.priority,
    submitted_at: submittedAt,
    updated_at: submittedAt,
    deadline_at: deadlineAt,
    excluded: '{}',
    reroutes: 0,
    token: 0,
    template_name: template?.name ?? null,
    template_version: template?.version ?? null,
    array_id: array?.arrayId ?? null,
    array_index: array?.index ?? null,
    blocked: isBlocked ? 1 : 0,
    output_gone: 0,
    place: placeKindFor(spec.needs),
    fair_start: fairStart,
    best_effort: isBestEffort ? 1 : 0,
    copy: 1,
    agree: neededResults(spec),
  }) satisfies Insertable<Schema['job']>
