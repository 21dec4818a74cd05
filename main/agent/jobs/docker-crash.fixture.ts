/** An agent that is about to be killed: runs its attempts and says so once all run. Arguments: agent id, attempt ids with commas, image, its folder, the jobs' script. */
import { LIMITS, NEVER, runtimeOf } from './docker.fixture.ts'

const [agentId = '', attempts = '', image = '', home = '', script = 'exec sleep 600'] = process.argv.slice(2)
const attemptIds = attempts.split(',')
const runtime = runtimeOf(agentId, { home })
let started = 0
const onStarted = () => void (++started === attemptIds.length && process.stdout.write('started\n'))
await Promise.all(
  attemptIds.map((attemptId) =>
    runtime.run(
      { attemptId, jobId: `job-of-${attemptId}`, leaseId: 'l', image, args: [script], env: {}, limits: LIMITS, gpuUuids: [] },
      { onStarted, onLog: () => undefined },
      NEVER,
    ),
  ),
)
