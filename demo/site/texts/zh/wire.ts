import type { dictionary as en } from '../en/wire.js';
import { closedUp } from './closed-up.js';

/** What is said of the bytes of a connection, in Simplified Chinese. */
export const dictionary: typeof en = {
  wire: {
    kinds: {
      'request-line': { name: '请求行', meaning: '请求行：要什么，用哪个版本的 HTTP（RFC 9112 第 3 节）。' },
      'status-line': { name: '状态行', meaning: '状态行：回答的结果（RFC 9112 第 4 节）。' },
      header: { name: '头字段', meaning: '一个头字段。空行表示头部结束（RFC 9112 第 5 节）。' },
      chunk: { name: '分块', meaning: '正文下一块的大小（十六进制），以及块后的换行（RFC 9112 第 7.1 节）。' },
      field: { name: '字段名', meaning: '字段的名字。空行表示一个事件结束。' },
      script: { name: '脚本', meaning: '包在每条记录外面的 HTML 和 JavaScript。' },
      padding: { name: '填充', meaning: '没有内容，只为让浏览器和代理开始放行后面的数据。' },
      frame: { name: '帧头', meaning: 'WebSocket 帧的头：2 到 10 个字节，逐位显示（RFC 6455 第 5.2 节）。' },
      mask: { name: '掩码', meaning: '四个随机字节，载荷与它们做过异或（RFC 6455 第 5.3 节）。' },
      packet: { name: '报文', meaning: '报文的类型，以及帧内协议的其他内容。' },
      topic: { name: '主题', meaning: '发布的内容属于哪个主题：broker 把它转给订阅了该主题的客户端。' },
      payload: { name: '载荷', meaning: '其余一切都是为它服务的。做过掩码的内容以还原后的样子显示。' },
      unknown: { name: '未知', meaning: '捕获是从中途开始的。' },
    },
    piece: {
      up: (server) => `↑ 浏览器 → ${server}`,
      down: (server) => `↓ ${server} → 浏览器`,
      close: () => '× 已关闭',
      connection: (number) => `连接 ${number}`,
      since: (time) => `+${time}`,
    },
    bits: {
      opcode: '操作码',
      length: '长度',
      last: '最后一帧',
      notLast: '后面还有',
      deflated: '已压缩',
      masked: '有掩码',
      unmasked: '无掩码',
      reserved: '保留',
      opcodes: { 0: '续帧', 1: '文本', 2: '二进制', 8: '关闭', 9: 'ping', 10: 'pong' },
      bytes: (count) => `${count} 字节`,
      follows: (count) => `见后面 ${count} 个字节`,
      followed: (count, length) => `见后面 ${count} 个字节：${length} 字节`,
    },
    pieces: (count) => `${count} 段`,
    more: (count) => `…… 还有 ${count} 字节`,
    compressed: '已压缩（permessage-deflate，RFC 7692）',
    openOver: (transport) => closedUp(`已通过 ${transport} 打开`),
    absent:
      '提供本页的服务器不捕获字节。请用带演示的方式启动网关（npm start 或 pushgate serve --demo），再从那里打开本页。',
    away: '服务器没有回答。本页会继续询问。',
    message: '来自本页的问候',
    published: (id) => `已写入日志，编号 ${id}：发布请求没有走这条连接。`,
    sent: (id, uplink) => `已写入日志，编号 ${id}，${uplink}。`,
    failed: (reason) => `未发布：${reason}`,
    first: '从第 1 步开始',
    next: '下一步',
    again: '从第 1 步再来一遍',
  },
};
