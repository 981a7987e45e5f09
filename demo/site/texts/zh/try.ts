import type { dictionary as en, pages as enPages } from '../en/try.js';
import { closedUp } from './closed-up.js';

/** What the page says from which a visitor uses the gateway, in Simplified Chinese. */
export const dictionary: typeof en = {
  try: {
    heading: '就在您这里，使用这个网关。',
    text: '下面的一切都发往提供本页的网关。它使用普通的 HTTP，有一个终端就够了；您发布的内容会到达每一个监听者。',
  },
  console: {
    heading: '发布与监听',
    publish: '发布',
    watch: '监听一个频道',
    channel: '频道',
    data: '数据：JSON，或任意文字',
    send: '发布',
    listen: '监听',
    nothing: '尚未监听。',
    messages: '消息，最新的在前',
    publishing: '正在发布……',
    published: (status, id) => `${status}：已写入日志，编号 ${id}`,
    refused: (status, code, detail) => `${status} ${code}：${detail}`,
    away: (reason) => `没有回答：${reason}`,
    carried: (channel, transport) => closedUp(`正在通过 ${transport} 监听 ${channel}`),
    gap: '其间的部分消息已不在日志中。',
  },
  connected: {
    heading: '当前的连接',
    text: '所有人的下行连接，由网关统计。轮询只在回答期间计数。本页为监听上面的频道所用的连接也在其中。这里不显示连接属于谁，也不显示访客自己起的频道名：知道名字的人就能监听。',
    transport: '传输方式',
    connections: '连接数',
    subscriptions: '订阅数',
    sum: (connections, channels) => `${connections} 条连接，${channels} 个不同的频道`,
    newest: '最新的五十条',
    open: '已打开',
    channels: '频道',
    on: (known, others) => [...known, ...(others > 0 ? [`${others} 个自有频道`] : [])].join('、'),
    away: '服务器此刻没有应答；稍后会再次询问。',
    absent: '提供本页的服务器不统计连接；可以查看网关的指标。',
  },
  terminal: {
    heading: '在终端里',
    explanation:
      '命令里已填好您的地址。在另一个终端里发布一条消息，看它到达上方（本页正在监听 chat 频道），也看它到达“同场赛跑”的每条通道。',
    further: '更多 curl 用法',
    programming: '在程序里',
    package:
      '客户端在本项目自己的包“pushgate”里：在项目文件夹中运行“npm ci”即可构建。不用打包工具的页面可以用其中的单个文件 dist/client/pushgate.iife.js，它定义了 Pushgate。',
    curl: {
      publish: '发布一条消息',
      stream: '实时跟随聊天',
      wait: '等待一条消息，最多 25 秒',
      machine: '跟随机器的指标',
      history: '读取最近的消息',
    },
    programs: {
      browser: '在页面或 Node 里，使用会自动降级的客户端',
      eventSource: '在页面里，只用浏览器自带的功能',
      node: '在 Node 里，只用 Node 自带的功能',
      python: '在 Python 里，只用标准库：发布',
      pythonStream: '在 Python 里，只用标准库：跟随',
    },
    copy: '复制',
    copyOf: (what) => `复制：${what}`,
    copied: '已复制',
    select: '已选中，请复制',
  },
};

/** The page itself. */
export const pages: typeof enPages = {
  try: {
    name: '试一试',
    title: '试用 Pushgate：curl、控制台和当前的连接',
    description: '从终端、程序或本页向这个网关发布消息并监听。',
    skip: { to: 'console', text: '跳到控制台' },
    footer: '您在这里发布的内容，知道该频道的人都能读到。',
  },
};
