/** An agent that is about to be killed: runs one attempt and says so. Arguments: agent id, attempt id, image, its folder, the job's script. */
import { LIMITS, NEVER, runtimeOf } from './docker.fixture.ts'

const [agentId = '', attemptId = '', image = '', home = '', script = 'exec sleep 600'] = process.argv.slice(2)
const request = { attemptId, jobId: `job-of-${attemptId}`, leaseId: 'l', image, args: [script], env: {}, limits: LIMITS, gpuUuids: [] }
await runtimeOf(agentId, { home }).run(request, { onStarted: () => process.stdout.write('started\n'), onLog: () => undefined }, NEVER)
