import type { AgentStatus } from '../../shared/contract/agent.ts'
import type { ShellAgent } from '../../shared/contract/shell.ts'

export type TrayImage = 'earning' | 'waiting' | 'paused' | 'attention' | 'offline'

/** The state as a shape: colour is not visible in every tray, and not to everyone. */
export function trayImage(status: AgentStatus | null, agent: ShellAgent): TrayImage {
  if (status === null) return agent.state === 'gave-up' ? 'attention' : 'offline'
  switch (status.display) {
    case 'earning':
    case 'finishing':
      return 'earning'
    case 'ready':
    case 'waiting':
      return status.coordinator.state === 'offline' ? 'offline' : 'waiting'
    case 'paused':
      return 'paused'
    case 'action-needed':
      return 'attention'
  }
}

/** The file of a shape. macOS tints a template by itself; elsewhere the bar is dark or light, which is not always what the applications are. */
export function trayFile(image: TrayImage, platform: NodeJS.Platform, darkBar: boolean): string {
  if (platform === 'darwin') return `${image}Template.png`
  return `${image}-${darkBar ? 'light' : 'dark'}.${platform === 'win32' ? 'ico' : 'png'}`
}
