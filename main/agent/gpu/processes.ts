import { join } from 'node:path'
import { readText } from './sysfs.ts'

/**
 * Whether a process runs inside a container, by its control group. GPU drivers report process ids of the host, so this tells a
 * job, which always runs in a container, from the owner's own programs.
 */
export const runsInContainer = (pid: number, procRoot = '/proc'): boolean =>
  /docker|libpod|containerd|kubepods/.test(readText(join(procRoot, String(pid), 'cgroup')) ?? '')
