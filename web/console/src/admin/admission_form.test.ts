import { AdmissionSettings } from '@weikeyi/sdk/json'
import { expect, test } from 'vitest'
import { changeOf, formOf, rateMax, validForm, validRate } from './admission_form'

const settings = AdmissionSettings.fromJSON({
  connectionsPerAddress: 2000, newConnectionsPerAddress: { perSecond: 200, burst: 2000 }, messagesPerVisitor: { perSecond: 20, burst: 100 }, messagesPerSite: {},
})

test('a rate that the server leaves out is no limit', () => {
  expect(formOf(settings).messagesPerSite).toEqual({ perSecond: 0, burst: 0 })
  expect(validForm(formOf(settings))).toBe(true)
})

test('only what was changed is sent, and a rate whole', () => {
  const before = formOf(settings)
  expect(changeOf(before, before)).toEqual({})
  expect(changeOf({ ...before, messagesPerVisitor: { perSecond: 20, burst: 50 } }, before)).toEqual({ messagesPerVisitor: { perSecond: 20, burst: 50 } })
  const body = AdmissionSettings.toJSON(AdmissionSettings.fromPartial(changeOf({ ...before, connectionsPerAddress: 0 }, before)))
  expect(body).toEqual({ connectionsPerAddress: 0 })
})

test('what is empty, negative, broken or too much is not sent', () => {
  for (const wrong of ['', -1, 1.5, rateMax + 1]) {
    expect(validRate({ perSecond: wrong, burst: 1 })).toBe(false)
    expect(validRate({ perSecond: 1, burst: wrong })).toBe(false)
  }
  expect(validRate({ perSecond: 1, burst: 0 })).toBe(false)
  expect(validRate({ perSecond: 0, burst: 0 })).toBe(true)
})
