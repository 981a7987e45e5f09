import type { dictionary as en, pages as enPages } from '../en/break.js';
import { closedUp } from './closed-up.js';

/** What the page says on which a visitor breaks the network, in Simplified Chinese. */
export const dictionary: typeof en = {
  breakIdea: {
    heading: '弄坏网络，看看什么还能送达。',
    text: '下面的客户端就在您自己的浏览器里，它和网关之间的网络可以由您弄坏：只影响您自己的连接，不影响任何人。切断它，屏蔽它；如果网站运行在您自己的机器上，还可以延迟它、缓冲它、把网关拿走。每条消息都有编号，丢了就看得出来。',
  },
  board: {
    lasting: '网络状况，再按一次恢复',
    now: '就在此刻',
    upgrades: '屏蔽升级',
    hole: '升级掉进黑洞',
    buffer: '把流缓冲住',
    delay: '全部延迟 2 秒',
    cut: '立即切断',
    repeat: '定时切断，每',
    period: '两次切断之间的秒数',
    seconds: (seconds) => `${seconds} 秒`,
    sever: '变成半开',
    restart: '重启网关',
    inARow: (sentences) => sentences.join(''),
    halfOpen: (heartbeat, grace) =>
      `半开：线路断了，两端都不知道。客户端约 ${heartbeat + grace} 秒后发现：心跳每 ${heartbeat} 秒一次，再宽限 ${grace} 秒。`,
    quick: (heartbeat) => `（${heartbeat} 秒是为本页设的，通常是 25 秒。）`,
    answers: {
      upgrades: {
        on: 'WebSocket 不再能通过，普通请求不受影响。请看客户端降级到剩下的最佳传输，并且每隔几秒探测 WebSocket 是否恢复。',
        off: 'WebSocket 又能通过了。没有人通知客户端：请看它在下一次探测时自己发现。',
      },
      hole: {
        on: '建立 WebSocket 的请求被吞掉：没有回答，也没有错误。请看这次尝试一直悬着，直到客户端等够为止，其间由另一种传输承载。',
        off: 'WebSocket 又有回答了。没有人通知客户端：请看它在下一次探测时自己发现。',
      },
      buffer: {
        on: 'SSE 和 iframe 流要攒到结束才放行，而它们永不结束。WebSocket 不受影响：只有升级也被屏蔽时，客户端才会降到长轮询。',
        off: '流又能随到随走了。如果其中一种是它能用的最佳传输，请看客户端升回去。',
      },
      delay: {
        on: '所有连接刚被切断一次，新连接走的是缓慢的网络：来自网关的一切都晚 2 秒。请看延迟升到 2 秒以上，而没有丢失，也没有重复。这期间可能由另一种传输承载，那是因为切断。',
        off: '延迟取消了，缓慢的连接也被切断。请看延迟数字降下来；如果没有别的屏蔽，客户端会再升回去。',
      },
      cut: '所有连接刚被切断一次。请看协商图里的叉和下一个 hello；其间发布的消息从日志中读取，所以丢失仍为 0。',
      repeat: {
        on: (seconds) =>
          `所有连接每 ${seconds} 秒被切断一次，直到您再按一次。请看承载的传输不断更换，而丢失和重复始终为 0。`,
        off: '不再切断。请看客户端升回能通过的最佳传输。',
      },
      allBlocked: '每种传输都已经以某种方式被屏蔽，延迟不会改动被屏蔽的传输：请先放行一种。',
      nothingOpen: '那一刻没有打开的连接：两次轮询之间，或没有传输在承载时，没有线路可以弄坏。请再按一次。',
      sever: '线路断了，两端都没有得到通知。请看标题下面的秒数，直到客户端放弃这条线路。',
      restart: '您的网关已关闭，另一个对您一无所知的网关取代了它。请看其间发布的消息从日志中读出，丢失仍为 0。',
    },
    notes: {
      ownNode:
        '重启：您的客户端有一个专用网关，它是与网站网关共用同一份日志的第二个节点。它会真的关闭，端口停用三秒，然后启动一个对您一无所知的新网关。只有日志保留下来。',
      restarting: '您的网关已关闭，端口上没有任何程序在监听。这期间发布的消息会进入日志。',
      shared: '目前没有多余的网关可供您重启。',
      away: '演示服务器目前没有应答。在它恢复之前没有可以弄坏的东西，客户端会继续尝试。',
      noServer: '演示服务器在此没有应答。客户端收听的内容由它发布，没有它就没有可以弄坏的东西。',
      direct:
        '本页与网关之间没有代理：只能在网关的套接字上重置和切断您的连接。想弄坏更多东西，请在自己的机器上启动 Pushgate，并在那里用 http://localhost 或 http://127.0.0.1 打开本页。',
    },
  },
  automatic: {
    heading: '自动客户端',
    inside: '它在做什么，为什么',
    explanation:
      '它采用能证明自己可用的最佳传输。（WebSocket 以“升级”开始：一个请求，要求把所在的连接变成套接字。）屏蔽它正在用的那种：现有连接被切断，新连接建不起来，而且没有人通知客户端。解除屏蔽后，客户端会自己发现：它每隔几秒探测一次。',
    track: '最近 20 秒到达的消息，颜色表示承载它的传输',
    ladder: '传输方式，从最佳开始',
    block: (transport) => closedUp(`屏蔽 ${transport}`),
    slow: (transport) => closedUp(`放慢 ${transport}`),
    rung: {
      carries: '正在承载',
      blocked: '已被您屏蔽',
      cut: '已屏蔽，正在切断',
      despite: '仍在承载',
      blockedBy: (fault) => `已屏蔽：${fault}`,
      despiteOf: (fault) => `仍在承载，尽管${fault}`,
      slowed: (standing, fault) => `${standing}，${fault}`,
      trying: '正在尝试',
      failed: '上次失败',
      waiting: '等待轮到它',
      ready: '现在不需要',
    },
    network: { how: '这些按钮的屏蔽方式' },
    numbers: '已到达的消息编号',
    numbersKey: '每格一条消息，写着编号的最后两位。实心：已到达。虚线框：尚未到达。划掉：丢失。双线框：来了两次。',
    newest: (number) => `最新编号是 ${number}。`,
    numbersLabel: '最新的四十个消息编号，各自标明收到、丢失、重复或尚未到达；计数在上方。',
    negotiation: '协商过程',
    negotiationKey:
      '虚线框：正在尝试。圆点：收到 hello，即网关发来的第一样东西，证明这条路是通的。实心条：正在承载。叉：失败或断开，原因写在下方，最近的在前。',
    negotiationLabel: '最近 30 秒的协商：每种传输何时被尝试、被证明、失败或断开。下面的列表用文字说明了同样的内容。',
    arrivals: '消息与请求',
    faults: {
      reset: { name: '重置', rung: '重置', does: '每条连接立即被重置，像防火墙那样。' },
      refused: {
        name: '拒绝（403）',
        rung: '拒绝',
        does: '途中有东西代替网关回答 403，像公司的代理那样。',
      },
      'black-hole': {
        name: '黑洞',
        rung: '黑洞',
        does: '连接被接受，但永远没有回答。客户端只能失去耐心。',
      },
      silent: {
        name: '只有头，没有内容',
        rung: '无声',
        does: '回答的头来了，之后什么也没有：帧消失了，流停在缓冲区里。',
      },
      stripped: {
        name: '去掉升级请求',
        rung: '去掉升级',
        does: '升级请求被去掉，像不懂 WebSocket 的代理那样。其他传输不受影响。',
      },
      whole: {
        name: '攒齐才放行',
        rung: '被攒住',
        does: '回答完整之后才转交。永不结束的回答永远到不了。',
      },
      slow: { name: '缓慢（2 秒）', rung: '晚 2 秒', does: '来自网关的一切都晚两秒到达。' },
    },
    severed: '线路已断，没有人得到通知。客户端仍以为线路是通的。',
    silent: (since, heartbeat, grace, left) =>
      `已静默 ${since} 秒。至少每 ${heartbeat} 秒应有数据，再宽限 ${grace} 秒：${left > 0 ? `${left} 秒后放弃` : '现在放弃'}。`,
    now: (transport) => closedUp(`由 ${transport} 承载`),
    nothing: '没有传输在承载',
    nothingBecause: '它会继续尝试。只要服务器还在，这期间发布的消息就留在它的日志里，之后会从那里读取。',
    beginning: '第一次连接。',
    closed: '网关彻底拒绝了它，它不会再尝试。请重新加载页面重新开始。',
    counters: {
      received: '收到',
      lost: '丢失',
      missing: '目前缺少',
      repeated: '重复',
      changes: '切换次数',
      latency: '延迟',
      requests: '请求数',
      down: '下行字节',
      up: '上行字节',
    },
  },
  trace: {
    heading: '逐步记录',
    key: '候选传输：与其他传输同时尝试的一种，最先收到 hello 的那种来承载。探测：已有传输在承载时，查看更好的一种是否可用。',
    events: {
      started: '尝试',
      proved: '可用',
      failed: '失败',
      unsupported: '此处不支持',
      lost: '断开',
      switched: '接管',
      probe: '探测',
      renew: '更新',
      dropped: '放弃',
      bye: '被请离开',
      waiting: '暂停',
      idle: '空闲',
      closed: '关闭',
      gap: '缺口',
    },
    beganAnew: '日志重新开始了：之前的内容已不存在。',
    gone: (channel) => `${channel} 上的消息在读到之前已从日志中移除。`,
  },
  bare: {
    heading: '同样的网络，没有 Pushgate',
    explanation:
      '浏览器自带的功能，照着入门教程的写法：同一个数据源，只发给当时连着的客户端。您在上面选择的每种故障它都会遇到；如果您重启网关，它也由那个网关服务。',
    start: '让两者一起运行',
    sse: 'EventSource',
    websocket: 'WebSocket',
    numbersLabel: '最新的四十个消息编号，各自标明收到、丢失或尚未到达；计数在上方。',
    deaf: (count) => `到目前为止错过 ${count} 条消息，而它仍以为线路是通的。`,
    away: (count) => `到目前为止错过 ${count} 条消息。它无法再索取：下一次连接没有带来的，就丢了。`,
    gone: (count) => `到目前为止错过 ${count} 条消息。它已经放弃，一条也不会再收到。`,
    states: {
      idle: '未运行',
      connecting: '正在连接',
      open: '已打开（它以为）',
      waiting: '等待重连',
      'given-up': '彻底放弃',
    },
  },
};

/** The page itself. */
export const pages: typeof enPages = {
  break: {
    name: '弄坏它',
    title: '弄坏它：什么能在糟糕的网络中幸存',
    description:
      '屏蔽升级、缓冲流、切断线路、重启网关，看自动客户端如何降级又恢复而不丢一条消息，旁边的普通 EventSource 和普通 WebSocket 却会丢。',
    skip: { to: 'automatic', text: '跳到客户端' },
    footer: '“丢失”和“重复”依据服务器写在消息上的编号和日志给出的标识。字节数在网关的套接字上统计，包含 HTTP 头。',
  },
};
