import { expect, test } from 'vitest'
import { percent, sharesOf } from './training_shares'

test('the parts make a whole', () => {
  const shares = sharesOf({ answeredRightPermille: 191, answeredWrongPermille: 0, askedBackPermille: 745 })
  expect(shares.map(({ name, permille }) => [name, permille])).toEqual([
    ['right', 191],
    ['asked', 745],
    ['left', 64],
    ['wrong', 0],
  ])
})

test('rounding up by the server makes no part negative', () => {
  const shares = sharesOf({ answeredRightPermille: 334, answeredWrongPermille: 334, askedBackPermille: 333 })
  expect(shares.every(({ permille }) => permille >= 0)).toBe(true)
})

test('few is not none', () => {
  expect([0, 4, 723, 1000].map(percent)).toEqual(['0 %', '0.4 %', '72 %', '100 %'])
})
