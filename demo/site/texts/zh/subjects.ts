import type { PageTexts } from '../en/common.js';
import type { dictionary as en, pages as enPages } from '../en/subjects.js';
import { relatives } from './relatives.js';
import { streams } from './streams.js';

/** What a page on a transport of the catalog has no need of. */
const live = { server: '网关', wire: '实时', adds: [], compare: [] };

const polls = {
  polling: {
    ...live,
    name: '轮询',
    lead: '浏览器每隔几秒问一次，服务器有什么就立刻答什么。大多数回答都是“没有”。',
    costs:
      '每问一次就是一个请求和一个回答，不管有没有消息：这里一个空回答有 283 字节，浏览器的请求约 600 字节。消息平均晚到半个间隔。',
    fits: '只来一次、晚一秒也无妨的答复：扫码登录、等待支付。',
    steps: [
      { label: 'GET，41 之后', text: '浏览器询问第 41 条消息之后有什么，这是它手里的最后一条。' },
      { label: '200，没有新消息', text: '服务器查一下日志，立刻回答：没有。代价是一个请求头加一个响应头。' },
      { label: '停一会儿', text: '浏览器等待间隔过去。间隔短费请求，间隔长费时间。' },
      { label: '一条消息', text: '第 42 条消息发布了。没有人得到通知：它留在日志里，等人来问。' },
      { label: 'GET，41 之后', text: '间隔到了，浏览器又问一遍同样的问题。' },
      { label: '200，第 42 条', text: '这次有了。迟到的时间就是间隔剩下的部分，平均为一半。' },
    ],
    note: '代码省略了错误处理、保留数量的上限，以及谁有权询问。',
    history: [
      '它和表单、链接一样古老：在页面头部写上刷新，页面就会自己重新加载。1999 年随 Internet Explorer 5 出现的 XMLHttpRequest 让它不必重新加载页面。',
      'RFC 6202（2011 年）称之为短轮询，并从它的毛病讲起。',
    ],
    quirks: [
      '从缓存里取出的回答看起来就像没有消息。回答里要写 no-store，请求时也要用 no-store。',
      '看不见的页面，浏览器会放慢它的定时器，最终一分钟一次。页面重新可见时，要把错过的补问回来。',
      '在手机上，每次轮询都会唤醒无线模块，之后它还要醒着好几秒。',
      '同时打开的许多页面会同时来问。给间隔加一点随机。',
    ],
    use: [
      '回答本来就慢：等待付款、等待扫码、等待构建完成。',
      '其他方式都被挡住时：能用 HTTP 的地方它都能用。',
      '消息很多但可以晚到的频道：许多消息分摊一个响应头。',
    ],
    avoid: ['消息必须及时，或者消息很少而等待的人很多。'],
    standard: ['普通的 HTTP：RFC 9110（语义）和 RFC 9112（HTTP/1.1）。', 'RFC 6202 第 2 节把它与长轮询作了比较。'],
  },
  'long-polling': {
    ...live,
    name: '长轮询',
    lead: '浏览器提问，服务器把回答扣住，有话可说时才回答。随后浏览器立刻再问。',
    costs: '每条消息一个请求和一个回答，头部约 800 字节；没有消息时每 25 秒一次。每个读者总有一个请求开着。',
    fits: '消息不多但要及时，而网络只懂普通 HTTP。',
    steps: [
      { label: 'GET，41 之后', text: '浏览器询问第 41 条消息之后有什么，以及自己愿意等多久。' },
      { label: '扣住回答', text: '现在什么也没有，服务器就先不回答。请求一直开着，只占一点内存。' },
      { label: '一条消息', text: '第 42 条消息发布了。' },
      { label: '200，第 42 条', text: '服务器用它回答等待中的请求：和流一样及时，而在代理看来只是一个普通的回答。' },
      { label: 'GET，42 之后', text: '浏览器立刻再问。问题本身说明了已经收到什么，所以这期间发布的消息不会漏掉。' },
      { label: '继续等待', text: '如果一直没有消息，服务器在 25 秒后回答“没有”，赶在途中任何一方失去耐心之前。' },
    ],
    note: '代码省略了错误处理、保留数量的上限，以及谁有权询问。',
    history: [
      '它支撑了 2000 年代的网页聊天：每个等待中的请求，都是一条尚未发生的消息。2006 年，Alex Russell 给它和流式传输起了一个共同的名字 Comet。',
      'RFC 6202（2011 年）总结了相关的经验，包括行之有效的超时时间。',
    ],
    quirks: [
      '代理和负载均衡器会切断等待过久的请求：没有回答，或者给出 408、502、504。RFC 6202 第 5.5 节认为 30 秒是安全的。',
      '每个等待中的请求都占用一条连接，而浏览器通过 HTTP/1.1 对一个主机只开六条。',
      '每个请求占一个线程的服务器，会为每个等待者耗费一个线程。',
      '每条消息都要重新带上整个头部，包括 Cookie。',
    ],
    use: [
      '代理或杀毒软件会把流攒到结束才放行：带有长度的回答是完整的，能够通过。',
      '消息不多但要及时，而网络只认 HTTP。',
    ],
    avoid: ['每秒有很多消息：每个回答都要一个请求，还要等下一个请求到来。'],
    standard: [
      'RFC 6202，关于在双向 HTTP 中使用长轮询与流的已知问题和最佳实践。',
      '底层是普通的 HTTP：RFC 9110 和 RFC 9112。',
    ],
  },
};

/** What there is to say about each technique, in Simplified Chinese. */
export const dictionary: typeof en = { subjects: { ...polls, ...streams, ...relatives } };

const captured = '字节在网关的套接字上捕获，只供本页使用，两分钟后即被遗忘。';
const kept = '字节来自一次捕获的实际运行；测试会重复这次运行。';

function page(name: string, description: string, footer = captured): PageTexts {
  return {
    name,
    title: `${name}，逐字节看 · Pushgate`,
    description,
    skip: { to: 'how', text: '跳到步骤' },
    footer,
  };
}

/** The pages, one for each subject. */
export const pages: typeof enPages = {
  'anatomy/polling': page('轮询', '短轮询如何工作，每个空回答的代价是多少，在实时连接上展示。'),
  'anatomy/long-polling': page('长轮询', '等待回答的请求如何工作，在实时连接上展示。'),
  'anatomy/iframe': page('iframe 流', '“永恒帧”如何工作：一个永不结束的文档里的脚本，实时展示。'),
  'anatomy/sse': page('服务器发送事件（SSE）', 'EventSource 和它的流如何工作，逐个字段，在实时连接上展示。'),
  'anatomy/websocket': page('WebSocket', '握手、帧头的每一位和掩码，在实时连接上展示。'),
  'anatomy/mqtt': page('基于 WebSocket 的 MQTT', 'MQTT 在 WebSocket 之上增加了什么，逐个报文地看。', kept),
  'anatomy/socket-io': page('Socket.IO', 'Socket.IO 如何连接、升级到 WebSocket 以及确认，逐个报文地看。', kept),
};
