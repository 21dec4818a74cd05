/** What the owner wants of one device. Nothing here keeps a copy of a device: a wish under way is laid over what the agent last said. */
import { useMutation, useMutationState, useQueryClient } from '@tanstack/react-query'
import type { AgentStatus } from '../../../shared/contract/agent.ts'
import type { Device } from '../../../shared/contract/device.ts'
import { keys, useStatus } from '../queries.ts'
import { useServices } from '../services.ts'

export type DeviceOrder = Partial<Pick<Device, 'enabled' | 'ceilings'>>

/** A device as its owner wants it: wishes under way count as done, the last one wins. */
const withOrders = (device: Device, orders: readonly DeviceOrder[]): Device => orders.reduce<Device>((shown, order) => ({ ...shown, ...order }), device)

/** The order that would put things back. */
export const reverseOf = (order: DeviceOrder, { enabled, ceilings }: Device): DeviceOrder => ({
  ...(order.enabled === undefined ? {} : { enabled }),
  ...(order.ceilings === undefined ? {} : { ceilings }),
})

const keyOf = (deviceId: string) => ['device', deviceId]

/** Takes the agent's answer as what is known now; an older question still under way must not overwrite it. */
export function useAnswer() {
  const queries = useQueryClient()
  return async (status: AgentStatus) => {
    await queries.cancelQueries({ queryKey: keys.status })
    queries.setQueryData(keys.status, status)
  }
}

/** A device with its wishes, the way to wish, and why the last wish was not granted. Wishes go to the agent one after the other, in the order they were made. */
export function useDevice(given: Device) {
  const { client } = useServices()
  const answer = useAnswer()
  const { deviceId } = given
  // Read here once more: when a wish is granted, the answer and the wish must change in the same picture, or the old state shows for a moment.
  const known = useStatus().data?.devices.find((device) => device.deviceId === deviceId) ?? given
  const mutationKey = keyOf(deviceId)
  const { mutate } = useMutation({
    mutationKey,
    scope: { id: `device ${deviceId}` },
    mutationFn: (order: DeviceOrder) => client.call('setDevice', { deviceId, ...order }),
    onSuccess: answer,
  })
  const wishes = useMutationState({
    filters: { mutationKey },
    select: ({ state: { status, variables, error } }) => ({ status, order: variables as DeviceOrder, error }),
  })
  return {
    device: withOrders(
      known,
      wishes.filter(({ status }) => status === 'pending').map(({ order }) => order),
    ),
    wish: mutate,
    refusal: wishes.at(-1)?.error ?? null,
  }
}
