interface FailureWords {
  /** What kind of problem it is, the same whenever it happens. */
  readonly title: string
  /** What to do about it. */
  readonly advice: string
}

/** Every code in people's words: the `title` of problem documents, the page that their `type` leads to, and the description of the API. */
export const failureWords = {
  'input.invalid': { title: 'The request is not valid', advice: 'The detail names each field that is wrong. Mend it; the same request fails again.' },
  'input.too-large': { title: 'The request is too large', advice: 'Send less at once. The description of each call says how much it takes.' },
  'request.garbled': {
    title: 'The request cannot be read',
    advice: 'Send it again. If it fails again, something in between changes it: look at proxies that add, repeat or rewrite headers, and at slow lines.',
  },
  'auth.required': { title: 'Nobody has said who asks', advice: 'Send an API key as “Authorization: Bearer wf_…”, or sign the request with the device key.' },
  'auth.refused': { title: 'Whoever asks may not do this', advice: 'Ask with a key that may, or ask the operator for the right to do it.' },
  'not-found': { title: 'There is no such thing', advice: 'Check the id. What belongs to somebody else is not found either.' },
  conflict: { title: 'It does not fit what is there', advice: 'The detail says what stands against it. Read the state again before another try.' },
  'approval.waiting': {
    title: 'It waits for a second person',
    advice: 'Nothing has happened yet. Somebody else who may do the same approves it, as the detail says; asking again changes nothing.',
  },
  'rate.limited': { title: 'Too many requests', advice: 'Wait for as many seconds as Retry-After says, then send the same request again.' },
  'enrolment.refused': {
    title: 'The machine may not enrol',
    advice: 'Ask the operator for an enrolment token, or begin the enrolment anew if its challenge is too old.',
  },
  'job.unplaceable': {
    title: 'No machine can ever run this job',
    advice: 'The detail says which demands nobody meets. Change them; `windfall job plan` shows what would help.',
  },
  'job.not-cancellable': { title: 'The job has already ended', advice: 'Nothing is left to cancel.' },
  'funds.insufficient': { title: 'There is not enough money', advice: 'Pay in, or ask for less.' },
  'lease.lost': { title: 'The lease is no longer held', advice: 'End the run: the job is given to somebody else or was cancelled.' },
  'proof.malformed': { title: 'The energy proof cannot be read', advice: 'Bring the agent to the version of the coordinator.' },
  'proof.signature': { title: 'The signature of the energy proof is wrong', advice: 'Sign with the device key that is enrolled.' },
  'proof.wrong-node': { title: 'The energy proof is of another node', advice: 'Each node hands in its own proofs.' },
  'proof.sequence': { title: 'The energy proof does not continue the chain', advice: 'Ask where the chain stands and hand in what is missing first.' },
  'proof.replayed': { title: 'The energy proof was handed in before', advice: 'Nothing is to be done: it counts once.' },
  'proof.lease': { title: 'The energy proof does not fit a lease of this node', advice: 'Hand in a proof of the lease under which the job ran.' },
  'proof.time': { title: 'The energy proof tells of an impossible time', advice: 'Set the clock of the machine.' },
  'proof.implausible': { title: 'The energy proof tells of impossible energy', advice: 'Check the meter of the machine: `windfall doctor`.' },
  'proof.output': { title: 'The output is not the one that was proven', advice: 'Send the bytes whose SHA-256 the proof names.' },
  'proof.runtime': { title: 'The energy proof is of another runtime or image', advice: 'Run what the lease names.' },
  'receipt.unreadable': { title: 'The receipt cannot be read', advice: 'Fetch the receipt again; a file that was edited cannot be verified.' },
  'receipt.invalid': { title: 'The receipt does not verify', advice: 'Do not rely on it. The detail says which check it fails.' },
  'grid.unavailable': { title: 'No grid data now', advice: 'Try again later; nothing is made up in between.' },
  'grid.unknown-zone': { title: 'Nobody knows this zone', advice: 'Choose one of `windfall zone list`.' },
  'runtime.unavailable': {
    title: 'No runtime answers on this machine',
    advice: 'Start Docker, or choose a WebAssembly job. `windfall doctor` says what is missing.',
  },
  'runtime.image': { title: 'The image or module cannot be had', advice: 'Check its digest and where it comes from.' },
  'runtime.limit': { title: 'The job has reached a limit', advice: 'Submit it with higher limits.' },
  'runtime.failed': { title: 'The job has failed', advice: 'Its log says why.' },
  'network.metered': { title: 'The network is paid for by volume', advice: 'Large transfers wait for another network.' },
  'chain.unavailable': { title: 'The chain does not answer', advice: 'Try again later; no payment is lost.' },
  'chain.refused': { title: 'The chain has refused it', advice: 'The detail holds the reason of the chain.' },
  'payout.refused': { title: 'This cannot be paid out now', advice: 'The detail says why, and from when on it can.' },
  'ledger.unbalanced': { title: 'The books would not balance', advice: 'Nothing was written. This is a defect: report it.' },
  'config.invalid': { title: 'A setting is not valid', advice: 'The detail names the setting. Mend it and start again.' },
  'instance.running': { title: 'It is already running', advice: 'Use the one that runs, or stop it first.' },
  'instance.missing': { title: 'It is not running', advice: 'Start it: `windfall up`.' },
  'storage.newer': { title: 'The data is of a newer version', advice: 'Start the version that wrote it, or a newer one.' },
  'storage.failed': { title: 'The storage has failed', advice: 'Try again later; the operator finds the reason in the log.' },
  'storage.full': { title: 'The storage is full', advice: 'Try again later. Nothing that was answered is lost.' },
  'storage.read-only': { title: 'The storage takes nothing now', advice: 'Try again later.' },
  'storage.unavailable': { title: 'The storage does not answer', advice: 'Try again later.' },
  'storage.fenced': { title: 'Another coordinator has taken over', advice: 'Send the same request again; the other one answers.' },
  unavailable: { title: 'It cannot be done just now', advice: 'Try again after as many seconds as Retry-After says.' },
  internal: { title: 'Something went wrong on our side', advice: 'This is a defect. The operator finds the reason in the log.' },
} as const satisfies Readonly<Record<string, FailureWords>>
