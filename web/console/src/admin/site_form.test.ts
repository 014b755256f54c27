import { RoutingStrategy, Site, UpdateSiteRequest } from '@weikeyi/sdk/json'
import { expect, test } from 'vitest'
import { embedLine, formOf, policyHint, requestOf, validColour, validForm, validOrigin } from './site_form'

const site = Site.fromJSON({ id: '7', key: 'k1', name: 'Shop', typingPreview: true, routing: 'ROUTING_STRATEGY_ROUND_ROBIN' })

test('a site without an appearance shows the defaults of the widget', () => {
  const { appearance } = formOf(site)
  expect([appearance.color, appearance.position, appearance.theme]).toEqual(['#2563eb', 'right', 'auto'])
})

test('an emptied list of origins and a switch turned off are sent as such', () => {
  const body = UpdateSiteRequest.toJSON(UpdateSiteRequest.fromPartial(requestOf({ ...formOf(site), typingPreview: false }, false)))
  expect(body).toMatchObject({ name: 'Shop', replaceOrigins: true, typingPreview: false, routing: 'ROUTING_STRATEGY_ROUND_ROBIN' })
  expect(body).not.toHaveProperty('identityRequired')
})

test('a rate of its own is sent, and taken away where it is switched off', () => {
  expect(requestOf(formOf(site), false)).toMatchObject({ inheritMessagesPerVisitor: true })
  const own = formOf({ ...site, messagesPerVisitor: { perSecond: 2, burst: 10 } })
  expect(requestOf(own, false)).toMatchObject({ messagesPerVisitor: { perSecond: 2, burst: 10 } })
  expect(requestOf(own, false)).not.toHaveProperty('inheritMessagesPerVisitor')
  expect(validForm(own)).toBe(true)
  expect(validForm({ ...own, messagesPerVisitor: { perSecond: 2, burst: '' } })).toBe(false)
})

test('identity is sent by who may change it', () => {
  expect(requestOf({ ...formOf(site), identityRequired: true }, true).identityRequired).toBe(true)
})

test('a site with an unknown routing is shown as manual', () => {
  expect(formOf({ ...site, routing: RoutingStrategy.UNSPECIFIED }).routing).toBe(RoutingStrategy.MANUAL)
})

test.each(['https://shop.example', 'http://localhost:8080', 'https://*.shop.example'])('%s is an origin', (origin) => {
  expect(validOrigin(origin)).toBe(true)
})
test.each(['shop.example', 'https://shop.example/', 'https://a*.example', 'javascript:alert(1)', 'https://'])('%s is none', (origin) => {
  expect(validOrigin(origin)).toBe(false)
})

test('colours, the embed line and the policy', () => {
  expect(validColour('#2563eb')).toBe(true)
  expect(validColour('blue')).toBe(false)
  expect(embedLine('https://chat.example', 'k1')).toBe('<script async src="https://chat.example/widget/k1.js"></script>')
  expect(policyHint('https://chat.example')).toContain('connect-src https://chat.example wss://chat.example;')
})

test('the AI agent of a site is sent whole, and a word that is too long holds the form back', () => {
  expect(requestOf(formOf(site), false).bot).toEqual({ enabled: false, name: '', confidenceToAnswerPermille: 0, handoverWords: [], nameLists: [] })
  const own = formOf({ ...site, bot: { enabled: true, name: ' Weike ', confidenceToAnswerPermille: 600, handoverWords: ['投诉'], nameLists: [] } })
  expect(UpdateSiteRequest.toJSON(UpdateSiteRequest.fromPartial(requestOf(own, false)))).toMatchObject({ bot: { enabled: true, name: 'Weike', confidenceToAnswerPermille: 600, handoverWords: ['投诉'] } })
  expect(validForm(own)).toBe(true)
  expect(validForm({ ...own, bot: { ...own.bot, handoverWords: ['汉'.repeat(34)] } })).toBe(false)
})

test('names are sent as they are shown, and a list without a name holds the form back', () => {
  const bot = { enabled: false, name: '', confidenceToAnswerPermille: 0, handoverWords: [], nameLists: [{ name: 'product', names: [{ name: ' Lamp ', otherNames: ['lamp', 'light'] }] }] }
  const own = formOf({ ...site, bot })
  expect(UpdateSiteRequest.toJSON(UpdateSiteRequest.fromPartial(requestOf(own, false)))).toMatchObject({ bot: { nameLists: [{ name: 'product', names: [{ name: 'Lamp', otherNames: ['light'] }] }] } })
  expect(validForm(own)).toBe(true)
  expect(validForm({ ...own, bot: { ...bot, nameLists: [{ name: '', names: [] }] } })).toBe(false)
})
