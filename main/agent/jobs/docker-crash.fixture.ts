/** An agent that is about to be killed: runs one endless attempt and says so. Arguments: agent id, attempt id, image. */
import { LIMITS, NEVER, runtimeOf } from './docker.fixture.ts'

const [agentId = '', attemptId = '', image = ''] = process.argv.slice(2)
const request = { attemptId, jobId: 'j', leaseId: 'l', image, args: ['exec sleep 600'], env: {}, limits: LIMITS, gpuUuids: [] }
await runtimeOf(agentId).run(request, { onStarted: () => process.stdout.write('started\n'), onLog: () => undefined }, NEVER)
