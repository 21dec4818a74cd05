import { statfs } from 'node:fs/promises'
import { type Check, type Finding, fail, ok, skipped, warn } from './check.ts'
import type { EngineFigures } from './engine-look.ts'
import { ofEngine } from './engine-place.ts'

const GIB = 1_073_741_824
const ENOUGH_GIB = 10

/** `freeBytes` is `null` where the engine's disk is a virtual one that this system cannot see into. */
export function judgeStorage({ info, isDesktop }: EngineFigures, freeBytes: number | null): Finding {
  const free = freeBytes === null ? 'free space is known to the engine only' : `${(freeBytes / GIB).toFixed(1)} GiB free`
  const evidence = `${info.Driver || 'unknown'} at ${isDesktop ? 'a virtual disk' : info.DockerRootDir || 'an unknown place'}, ${free}`
  if (info.Driver === 'vfs') return warn(evidence, 'vfs copies the whole image for each container. Let Docker use overlay2, on a disk with ext4 or XFS.')
  if (freeBytes !== null && freeBytes < ENOUGH_GIB * GIB)
    return warn(evidence, `Container jobs want ${ENOUGH_GIB} GiB there. Free some space; docker system df shows what takes it.`)
  return ok(evidence)
}

const CGROUP2 = 'Update the distribution to one with cgroup v2, or start the kernel with systemd.unified_cgroup_hierarchy=1.'

export function judgeCgroup({ info }: EngineFigures): Finding {
  const limits = { memory: info.MemoryLimit, processes: info.PidsLimit, processor: info.CpuCfsQuota }
  const missing = Object.entries(limits).flatMap(([name, can]) => (can ? [] : [name]))
  const evidence = `cgroup v${info.CgroupVersion}${info.CgroupDriver ? ` by ${info.CgroupDriver}` : ''}`
  if (missing.length > 0)
    return fail(
      `${evidence}; cannot limit ${missing.join(', ')}`,
      'Give the engine these controllers. Rootless: https://rootlesscontaine.rs/getting-started/common/cgroup2/',
    )
  return info.CgroupVersion === '2' ? ok(evidence) : warn(evidence, `Works, but systemd and Docker are giving the old kind up. ${CGROUP2}`)
}

const option = ({ info }: EngineFigures, name: string): string | undefined => info.SecurityOptions.find((one) => one.split(',')[0] === `name=${name}`)

export function judgeSeccomp(engine: EngineFigures): Finding {
  const seccomp = option(engine, 'seccomp')
  const others = ['apparmor', 'selinux'].filter((name) => option(engine, name) !== undefined)
  if (seccomp === undefined)
    return fail('the engine has no seccomp', 'Use an engine and a kernel with seccomp: without it a job may ask the kernel for anything.')
  if (seccomp.includes('unconfined'))
    return fail('seccomp is switched off for every container', 'Remove seccomp-profile from /etc/docker/daemon.json and restart Docker.')
  return ok(['seccomp', ...others].join(', '))
}

/** Whose root the engine is: what is left to whoever breaks out of a container. */
export function judgeRoot(engine: EngineFigures): Finding {
  if (option(engine, 'rootless') !== undefined) return ok('rootless: who breaks out of a container is an ordinary user')
  if (option(engine, 'userns') !== undefined) return ok('user namespaces: root in a container is nobody outside')
  if (engine.isDesktop) return ok('in a virtual machine of its own')
  return ok('the engine is root and without user namespaces; jobs run as an unknown user without capabilities, GPU or not')
}

export function judgeLiveRestore({ info, isPodman, isDesktop }: EngineFigures): Finding {
  if (isPodman) return ok('Podman has no daemon whose restart would end jobs')
  if (isDesktop) return skipped('Docker Desktop has no such setting: when it restarts, jobs end and are run again')
  if (info.LiveRestoreEnabled) return ok('jobs survive a restart of Docker')
  return warn(
    'off: when Docker restarts, as in an update, jobs end and are run again',
    'Put "live-restore": true into /etc/docker/daemon.json, then: sudo systemctl reload docker',
  )
}

export function judgeRuntimes({ info }: EngineFigures): Finding {
  const names = Object.keys(info.Runtimes ?? {}).filter((name) => !name.startsWith('io.containerd.'))
  const evidence = `${names.join(', ') || 'none named'}; ${info.DefaultRuntime || 'unknown'} unless asked otherwise`
  if (info.DefaultRuntime === 'nvidia')
    return warn(
      evidence,
      'Every container runs NVIDIA’s hooks then. Set "default-runtime": "runc" in /etc/docker/daemon.json; GPU jobs ask for the GPU themselves.',
    )
  return ok(evidence)
}

async function freeBytesOf({ info, isDesktop, candidate }: EngineFigures): Promise<number | null> {
  if (isDesktop || !('socketPath' in candidate.address) || info.DockerRootDir === '') return null
  const disk = await statfs(info.DockerRootDir).catch(() => null)
  return disk && disk.bavail * disk.bsize
}

export const ENGINE_SETUP_CHECKS: readonly Check[] = [
  ofEngine('docker-storage', async (engine) => judgeStorage(engine, await freeBytesOf(engine))),
  ofEngine('docker-cgroup', judgeCgroup),
  ofEngine('docker-seccomp', judgeSeccomp),
  ofEngine('docker-root', judgeRoot),
  ofEngine('docker-live-restore', judgeLiveRestore),
  ofEngine('docker-runtimes', judgeRuntimes),
]
