import type { dictionary as en } from '../en/claims.js';

/** What is commonly said of the techniques, in Simplified Chinese. */
export const dictionary: typeof en = {
  techniques: {
    polling: {
      name: '轮询',
      favour: { simple: '两端都最简单', everywhere: '到处可用', later: '适合稍后才有答案的查询' },
      against: {
        late: '最多晚一个间隔',
        empty: '多数请求空手而归',
        load: '间隔太短会拖累服务器',
        battery: '间隔太短会消耗电池',
      },
      use: '扫码登录、等待支付结果',
    },
    'long-polling': {
      name: '长轮询',
      favour: { prompt: '几乎和推送一样及时', needed: '除超时外，没有消息就没有请求', everywhere: '到处可用' },
      against: {
        each: '每条消息一个请求',
        held: '等待中的请求占用资源：在某些服务器上每个请求占一个线程',
        order: '顺序不易保证',
        awkward: '维护起来麻烦',
      },
      use: '早期的网页聊天产品',
    },
    iframe: {
      name: 'iframe 流',
      favour: { prompt: '及时', needed: '没有无用的请求', simple: '简单' },
      against: {
        loading: '页面看起来永远在加载：转圈图标，忙碌光标',
        held: '服务器要维持长连接',
        errors: '错误处理笨拙',
        htmlfile: '只有旧版 Internet Explorer 能借“htmlfile”对象去掉转圈图标',
      },
      use: '早期带 Talk 的 Gmail',
    },
    xhr: {
      name: 'XHR / fetch 流',
      favour: { same: '与 iframe 流相同，但没有转圈图标' },
      against: { grows: '响应文本在内存中不断增长，直到换一个请求' },
      use: null,
    },
    sse: {
      name: 'SSE',
      favour: {
        standard: '是标准',
        little: '代码少',
        many: '一个普通的 HTTP 响应承载许多消息',
        resumes: '自动重连、自动续传',
        origin: '通过响应头即可跨源',
        fits: '适合现有的服务器和代理',
      },
      against: {
        down: '只能单向',
        upwards: '上行要另发请求',
        text: '只有文本',
        explorer: '旧版 Internet Explorer 不支持，除非用 polyfill',
        six: 'HTTP/1.1 下每个主机六条连接',
      },
      use: 'AI 助手的回答、信息流、通知',
    },
    websocket: {
      name: 'WebSocket',
      favour: { both: '双向', least: '每条消息开销最小', binary: '支持二进制', origin: '可跨源' },
      against: {
        operate: '要多运维一种协议',
        yours: '重连、心跳和续传都得自己做',
        stopped: '有些代理和防火墙会拦截',
      },
      use: '游戏、协同编辑、直播间',
    },
    mqtt: {
      name: '基于 WebSocket 的 MQTT',
      favour: {
        light: '成熟、轻量的发布与订阅，有现成的 broker',
        quality: '可选的送达保证级别',
        network: '在糟糕的网络上表现好',
      },
      against: { broker: '要运行一个 broker', client: '多一个客户端' },
      use: '设备和应用；网页则通过 RabbitMQ、mosquitto 等 broker 的 WebSocket 端口',
    },
    'socket-io': {
      name: 'Socket.IO',
      favour: { chooses: '自动选择传输方式', adds: '事件、房间和确认', friendly: '容易上手' },
      against: { both: '两端都必须使用它' },
      use: 'Node 里的默认选择',
    },
  },
  claims: {
    noRace: '此处不参赛',
    documentOf: (technique) => `工作原理：${technique}`,
    stop: '；',
    marked: (claim, verdict) => `${claim}（${verdict}）`,
  },
};
