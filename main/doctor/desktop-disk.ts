import { statSync } from 'node:fs'
import { posix, win32 } from 'node:path'
import { type Check, type Finding, ok, single, skipped, warn } from './check.ts'

const GIB = 1_073_741_824
const MUCH_GIB = 60

/** Where Docker Desktop keeps its virtual disk, newest version first. */
export function virtualDisks(platform: NodeJS.Platform, environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  if (platform === 'win32') {
    const local = environment['LOCALAPPDATA']
    return local ? ['Docker\\wsl\\disk\\docker_data.vhdx', 'Docker\\wsl\\data\\ext4.vhdx'].map((path) => win32.join(local, path)) : []
  }
  const home = environment['HOME']
  return platform === 'darwin' && home ? [posix.join(home, 'Library/Containers/com.docker.docker/Data/vms/0/data/Docker.raw')] : []
}

/** `bytes`: what the virtual disk takes of the real one. It grows with every image and does not shrink by itself. */
export function judgeVirtualDisk(bytes: number, platform: NodeJS.Platform): Finding {
  const evidence = `Docker Desktop’s virtual disk takes ${(bytes / GIB).toFixed(1)} GiB`
  if (bytes < MUCH_GIB * GIB) return ok(evidence)
  if (platform === 'darwin')
    return warn(evidence, 'docker system df shows what is in it; remove what you no longer need, then Docker Desktop gives the space back.')
  return warn(
    evidence,
    'It does not shrink by itself. Remove what you no longer need (docker system df), quit Docker Desktop, wsl --shutdown, then as administrator: Optimize-VHD -Path <the .vhdx> -Mode Full',
  )
}

/** What a file takes on the disk, which is less than its size if it has holes; `null` if it is not there. */
function bytesOnDisk(file: string): number | null {
  try {
    const { size, blocks } = statSync(file)
    return blocks > 0 ? Math.min(size, blocks * 512) : size
  } catch {
    return null
  }
}

export const DESKTOP_DISK_CHECKS: readonly Check[] = [
  single('docker-disk', ({ platform, environment }) => {
    const bytes = virtualDisks(platform, environment)
      .map(bytesOnDisk)
      .find((found) => found !== null)
    return bytes === undefined || bytes === null ? skipped('the engine has no virtual disk here') : judgeVirtualDisk(bytes, platform)
  }),
]
