// What the page of the training asks of the server.
import * as json from '@weikeyi/sdk/json'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { rest, take } from '../api'

const runningMs = 700
const waitingMs = 3_000
const idleMs = 30_000

const body = (siteId: string, version = 0): unknown => json.IntentRequest.toJSON({ siteId, version })

export const trainingCalls = {
  status: (site: string) => take(rest.get('/bot/intents', { query: { site }, answer: json.IntentStatus })),
  version: (site: string, version: number) => take(rest.get(`/bot/intents/${version}`, { query: { site }, answer: json.IntentModelVersion })),
  train: (siteId: string) => take(rest.post('/bot/intents/train', { body: body(siteId), answer: json.IntentStatus })),
  activate: (siteId: string, version: number) => take(rest.post('/bot/intents/activate', { body: body(siteId, version), answer: json.IntentStatus })),
}

const statusKey = (site: string): string[] => ['knowledge', 'training', site]

/** Asked again more often while something happens. */
export const useTraining = (site: string) =>
  useQuery({
    queryKey: statusKey(site),
    queryFn: () => trainingCalls.status(site),
    refetchInterval: ({ state }) => (state.data?.state === json.TrainingState.RUNNING ? runningMs : state.data?.state === json.TrainingState.WAITING ? waitingMs : idleMs),
  })

export const useTrainedVersion = (site: string, status: json.IntentStatus | undefined) => {
  const version = status?.activeVersion ?? 0
  const trainedMs = status?.versions.find((one) => one.version === version)?.trainedMs ?? 0
  return useQuery({ queryKey: [...statusKey(site), 'version', String(version), String(trainedMs)], queryFn: () => trainingCalls.version(site, version), enabled: version !== 0 })
}

export function useStatusSetter(): (site: string, status: json.IntentStatus) => void {
  const queries = useQueryClient()
  return (site, status) => queries.setQueryData(statusKey(site), status)
}
