// Whole flows to begin with: nobody begins with an empty sheet. In the reader's language, because visitors read what they say.
import { FlowOperator, FlowSlotKind, FlowStep, type BotTool } from '@weikeyi/sdk/json'
import type { Language } from '../i18n'
import type { FlowKey } from './texts'

export interface Template {
  id: 'order' | 'contact' | 'return' | 'menu'
  title: FlowKey
  help: FlowKey
  /** How visitors bring it up. */
  question: string
  phrasings: readonly string[]
  steps: FlowStep[]
}

type Words = (english: string, chinese: string) => string

const say = (id: string, text: string, next = '') => FlowStep.fromPartial({ id, next, kind: { $case: 'say', value: { text } } })
const end = (id: string, text: string, handOver = false) => FlowStep.fromPartial({ id, kind: { $case: 'end', value: { text, handOver } } })
const ask = (id: string, slot: string, kind: FlowSlotKind, text: string, again: string, next: string, failedNext = '') =>
  FlowStep.fromPartial({ id, next, kind: { $case: 'ask', value: { text, slot, kind, again, failedNext } } })
const choose = (id: string, slot: string, text: string, options: { text: string; next: string }[]) => FlowStep.fromPartial({ id, kind: { $case: 'choose', value: { text, slot, options } } })

/** A tool that sounds like orders, or the first there is; its first argument is given the order number. */
function callOrder(tools: readonly BotTool[], next: string, notFoundNext: string): FlowStep {
  const tool = tools.find(({ name }) => /order/i.test(name)) ?? tools[0]
  const args = tool?.arguments.map(({ name }, at) => ({ name, value: at === 0 || /order/i.test(name) ? '{order_number}' : '' })) ?? [{ name: 'order_number', value: '{order_number}' }]
  return FlowStep.fromPartial({ id: 'look-up', next, kind: { $case: 'call', value: { tool: tool?.name ?? '', arguments: args, results: [{ slot: 'status', pointer: '/status' }], notFoundNext } } })
}

export function templatesIn(language: Language, tools: readonly BotTool[]): Template[] {
  const w: Words = (english, chinese) => (language === 'en' ? english : chinese)
  const orderNumber = (next: string): FlowStep =>
    ask('order-number', 'order_number', FlowSlotKind.ORDER_NUMBER, w('What is your order number?', '请问您的订单号是多少？'), w('I cannot read an order number in that. It stands in the confirmation by e-mail.', '没有认出订单号，您可以在确认邮件或“我的订单”中找到它。'), next)
  return [
    {
      id: 'order',
      title: 'templateOrder',
      help: 'templateOrderHelp',
      question: w('Where is my order?', '我的订单到哪了？'),
      phrasings: w('order status|track my order|when does my order arrive', '查订单|订单进度|什么时候发货').split('|'),
      steps: [
        orderNumber('look-up'),
        callOrder(tools, 'how-far', 'not-there'),
        FlowStep.fromPartial({
          id: 'how-far',
          next: 'says-status',
          kind: { $case: 'branch', value: { conditions: [{ slot: 'status', operator: FlowOperator.CONTAINS, value: w('delivered', '已签收'), next: 'delivered' }] } },
        }),
        say('says-status', w('Order {order_number}: {status}.', '订单 {order_number} 的状态：{status}。'), 'more'),
        say('delivered', w('Order {order_number} was delivered.', '订单 {order_number} 已签收。'), 'more'),
        choose('more', '', w('Anything else?', '还有其他需要吗？'), [
          { text: w('Another order', '查另一个订单'), next: 'order-number' },
          { text: w('Talk to a person', '转人工客服'), next: 'people' },
          { text: w('No, that is all', '没有了，谢谢'), next: 'bye' },
        ]),
        say('not-there', w('There is no order {order_number}.', '没有找到订单 {order_number}。'), 'order-number'),
        end('people', w('A colleague takes over in a moment.', '正在为您转接人工客服。'), true),
        end('bye', w('You are welcome.', '不客气，祝您愉快。')),
      ],
    },
    {
      id: 'contact',
      title: 'templateContact',
      help: 'templateContactHelp',
      question: w('Please call me back', '请联系我'),
      phrasings: w('can somebody call me|I want an offer|contact me', '可以回电吗|我想要报价|留个联系方式').split('|'),
      steps: [
        ask('matter', 'matter', FlowSlotKind.TEXT, w('What is it about?', '请问您想咨询什么？'), '', 'name'),
        ask('name', 'name', FlowSlotKind.TEXT, w('What is your name?', '请问怎么称呼您？'), '', 'how'),
        choose('how', 'way', w('How may we reach you, {name}?', '{name}，您希望怎么联系？'), [
          { text: w('By telephone', '电话'), next: 'phone' },
          { text: w('By e-mail', '邮箱'), next: 'email' },
        ]),
        ask('phone', 'phone', FlowSlotKind.PHONE, w('Under which number?', '请留下电话号码。'), w('That is no telephone number. Please try again.', '这不是电话号码，请再试一次。'), 'people'),
        ask('email', 'email', FlowSlotKind.EMAIL, w('At which address?', '请留下邮箱地址。'), w('That is no e-mail address. Please try again.', '这不是邮箱地址，请再试一次。'), 'people'),
        end('people', w('Thank you, {name}. A colleague gets in touch with you.', '谢谢您，{name}。我们的同事会尽快与您联系。'), true),
      ],
    },
    {
      id: 'return',
      title: 'templateReturn',
      help: 'templateReturnHelp',
      question: w('I want to return something', '我要退货'),
      phrasings: w('return my order|send it back|I want my money back', '申请退货|退款|东西想退掉').split('|'),
      steps: [
        orderNumber('reason'),
        choose('reason', 'reason', w('What is the reason?', '请问退货的原因是？'), [
          { text: w('It does not fit', '不合适'), next: 'unused' },
          { text: w('It is damaged', '有损坏'), next: 'people' },
          { text: w('Something else', '其他原因'), next: 'people' },
        ]),
        choose('unused', 'unused', w('Is it unused and in its packaging?', '商品未使用并且包装完好吗？'), [
          { text: w('Yes', '是'), next: 'label' },
          { text: w('No', '否'), next: 'people' },
        ]),
        say('label', w('Then send it back within 30 days. Put a note with the order number {order_number} into the parcel.', '请在规定期限内寄回，并在包裹中附上订单号 {order_number}。'), 'bye'),
        end('bye', w('We refund it as soon as it is here.', '收到后我们会尽快退款。')),
        end('people', w('A colleague looks at order {order_number} with you.', '正在转接人工客服，为您处理订单 {order_number}。'), true),
      ],
    },
    {
      id: 'menu',
      title: 'templateChoices',
      help: 'templateChoicesHelp',
      question: w('What can you do for me?', '你能做什么？'),
      phrasings: w('help|menu|what can I ask', '帮助|菜单|有哪些服务').split('|'),
      steps: [
        choose('menu', '', w('What is it about?', '请问您想了解什么？'), [
          { text: w('Delivery', '配送'), next: 'delivery' },
          { text: w('Opening hours', '服务时间'), next: 'hours' },
          { text: w('Something else', '其他'), next: 'people' },
        ]),
        say('delivery', w('Delivery takes two to four working days.', '一般 2 到 4 个工作日送达。'), 'more'),
        say('hours', w('We are here from Monday to Friday, 9 to 18.', '服务时间为周一至周五 9:00–18:00。'), 'more'),
        choose('more', '', w('Anything else?', '还有其他需要吗？'), [
          { text: w('Back to the menu', '返回菜单'), next: 'menu' },
          { text: w('No, that is all', '没有了，谢谢'), next: 'bye' },
        ]),
        end('people', w('A colleague takes over in a moment.', '正在为您转接人工客服。'), true),
        end('bye', ''),
      ],
    },
  ]
}
