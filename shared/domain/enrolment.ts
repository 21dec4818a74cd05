import { encodeUtf8 } from './encoding.ts'

/**
 * What a device key signs to enrol: the coordinator's challenge and where earnings go. Whoever passes challenge and signature on,
 * be it another coordinator, cannot put an address of theirs in its place.
 */
export const enrolmentText = (challenge: string, payoutAddress: string | null): Uint8Array =>
  encodeUtf8(`windfall-enrol-v1 ${challenge} ${payoutAddress ?? '-'}`)
